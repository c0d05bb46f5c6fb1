-- how often a closed deal that had entered a stage was won, by pipeline, stage and segment; few cases fall back to the stage
with

stays as (

    select distinct
        deal_id,
        pipeline,
        stage
    from {{ ref('int_deal_stage_stays') }}
    where stage_outcome = 'open'

),

deals as (

    select * from {{ ref('int_deal_scopes') }}

),

closed as (

    select
        stays.pipeline,
        stays.stage,
        deals.segment,
        case when deals.is_won then 1 else 0 end as won
    from stays
    inner join deals on stays.deal_id = deals.deal_id
    where deals.is_won or deals.is_lost

),

by_stage as (

    select
        pipeline,
        stage,
        sum(won) as won,
        count(*) as closed
    from closed
    group by 1, 2

),

by_segment as (

    select
        pipeline,
        stage,
        segment,
        sum(won) as won,
        count(*) as closed
    from closed
    group by 1, 2, 3

),

segments as (

    select distinct segment from deals

)

select
    by_stage.pipeline,
    by_stage.stage,
    segments.segment,
    coalesce(by_segment.closed, 0) as closed_deals,
    {{ own_share_or_overall('by_segment.won', 'by_segment.closed', 'by_stage.won', 'by_stage.closed') }} as win_probability
from by_stage
cross join segments
left join by_segment
    on by_stage.pipeline = by_segment.pipeline
        and by_stage.stage = by_segment.stage
        and segments.segment = by_segment.segment
