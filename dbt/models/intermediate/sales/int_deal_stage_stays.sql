-- one row per move of a deal: the stage, when it was entered and left, and how far the deal got from there on
with

history as (

    select * from {{ ref('stg_crm__deal_stage_history') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

ordered as (

    select
        history.deal_id,
        history.stage,
        case history.stage
            when 'prospecting' then 1
            when 'qualification' then 2
            when 'demo' then 3
            when 'proposal' then 4
            when 'negotiation' then 5
            when 'closed_won' then 6
            else 0
        end as stage_order,
        history.entered_at,
        history.stage_history_id,
        history.changed_by
    from history
    cross join as_of
    where history.entered_at < as_of.as_of_at

)

select
    stage_history_id,
    deal_id,
    changed_by,
    stage,
    stage_order,
    row_number() over (partition by deal_id order by entered_at, stage_history_id) as stay_number,
    lag(stage) over (partition by deal_id order by entered_at, stage_history_id) as previous_stage,
    lag(stage_order) over (partition by deal_id order by entered_at, stage_history_id) as previous_order,
    entered_at,
    lead(entered_at) over (partition by deal_id order by entered_at, stage_history_id) as left_at,
    max(stage_order) over (
        partition by deal_id
        order by entered_at, stage_history_id
        rows between current row and unbounded following
    ) as furthest_order
from ordered
