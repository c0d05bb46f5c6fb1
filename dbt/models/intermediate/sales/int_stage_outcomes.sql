-- one row per pipeline and stage, declared or found: what is said of it, and whether its deals are open, won or lost
with

declared as (

    select * from {{ ref('stg_company__stages') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

moves as (

    select * from {{ ref('int_deal_moves') }}

),

every as (

    select pipeline, stage from declared
    union
    select pipeline, stage from deals
    union
    select pipeline, stage from moves

),

-- what the CRM says of the deals that stand in a stage: some CRMs leave a won deal in the stage that it was won from
standing as (

    select
        pipeline,
        stage,
        cast(avg(probability) as {{ type_double() }}) / 100 as average_probability,
        case
            when min(told_outcome) = max(told_outcome) then min(told_outcome)
            when max(told_outcome) is not null then 'open'
        end as told_outcome
    from deals
    group by 1, 2

),

judged as (

    select
        every.pipeline,
        every.stage,
        declared.position as declared_position,
        declared.forecast_category,
        declared.probability,
        standing.average_probability,
        declared.outcome as declared_outcome,
        standing.told_outcome,
        {{ spelled_outcome('every.stage') }} as spelled_outcome,
        declared.stage is not null as is_declared,
        standing.stage is not null as has_deals
    from every
    left join declared
        on every.pipeline = declared.pipeline
            and every.stage = declared.stage
    left join standing
        on every.pipeline = standing.pipeline
            and every.stage = standing.stage

)

select
    pipeline,
    stage,
    declared_position,
    coalesce(declared_outcome, told_outcome, spelled_outcome, 'open') as outcome,
    forecast_category,
    probability,
    average_probability,
    is_declared,
    -- it is taken for open because nobody says what it is: somebody should
    coalesce(declared_outcome, told_outcome, spelled_outcome) is null and has_deals as is_question,
    coalesce(declared_outcome, told_outcome, spelled_outcome) is not null as is_outcome_known
from judged
