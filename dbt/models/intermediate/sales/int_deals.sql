-- one row per deal: the pipeline that it is in, whether it is open, won or lost, and when it closed
with

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

declared as (

    select * from {{ ref('stg_company__stages') }}

),

moves as (

    select * from {{ ref('stg_crm__deal_stage_history') }}

),

-- what a stage says by itself, where a deal does not name its pipeline
stages as (

    select
        stage,
        case when count(*) = 1 then min(pipeline) end as only_pipeline,
        case when min(outcome) = max(outcome) then min(outcome) end as outcome
    from declared
    group by stage

),

company as (

    select case when count(distinct pipeline) = 1 then min(pipeline) end as only_pipeline
    from declared

),

last_moves as (

    select
        deal_id,
        max(entered_at) as entered_at
    from moves
    group by deal_id

),

placed as (

    select
        deals.*,
        coalesce(deals.pipeline, stages.only_pipeline, company.only_pipeline, '{{ unnamed_pipeline() }}') as known_pipeline,
        coalesce(declared.outcome, case when deals.pipeline is null then stages.outcome end) as declared_outcome,
        greatest(deals.created_at, coalesce(deals.closed_at, last_moves.entered_at, deals.created_at)) as ended_at
    from deals
    cross join company
    left join stages on deals.stage = stages.stage
    left join declared
        on deals.pipeline = declared.pipeline
            and deals.stage = declared.stage
    left join last_moves on deals.deal_id = last_moves.deal_id

),

judged as (

    select
        *,
        coalesce(outcome, declared_outcome, {{ spelled_outcome('stage') }}, 'open') as known_outcome
    from placed

)

select
    deal_id,
    deal_name,
    account_id,
    contact_id,
    owner_id,
    product_id,
    deal_type,
    segment,
    region,
    source_channel,
    amount,
    known_pipeline as pipeline,
    stage,
    outcome as told_outcome,
    probability,
    created_at,
    expected_close_date,
    -- see the source's contradictions: an open deal is not closed, none closes before it was created, and a closed one has a day
    case when known_outcome <> 'open' then ended_at end as closed_at,
    loss_reason,
    known_outcome = 'open' as is_open,
    known_outcome = 'won' as is_won,
    known_outcome = 'lost' as is_lost
from judged
