-- one row per pipeline and stage: its place in the pipeline, what its deals are, and what a forecast makes of them
with

stages as (

    select * from {{ ref('int_stage_outcomes') }}

),

precedence as (

    select * from {{ ref('int_stage_precedence') }}

),

pipelines as (

    select * from {{ ref('int_pipelines') }}

),

passed as (

    select
        pipeline,
        stage,
        bool_or(deals_after < deals) as is_passed
    from precedence
    group by 1, 2

),

-- against each other open stage that deals entered too, 1 where it always came after and -1 where always before;
-- a mean of ranks would put a stage that many deals never leave behind the later ones
weighed as (

    select
        precedence.pipeline,
        precedence.stage,
        sum(cast(2 * precedence.deals_after - precedence.deals as {{ type_double() }}) / precedence.deals) as score,
        count(*) filter (where others.is_declared) as declared_met,
        count(*) filter (where others.is_declared and 2 * precedence.deals_after > precedence.deals) as declared_before
    from precedence
    inner join stages as others
        on precedence.pipeline = others.pipeline
            and precedence.other_stage = others.stage
    where others.outcome = 'open'
    group by 1, 2

),

known as (

    select
        stages.*,
        pipelines.pipeline_position,
        pipelines.is_renewal,
        coalesce(cast(weighed.score as numeric(18, 6)), 0) as score,
        -- the declared stages keep their order; another one comes behind those that its deals mostly entered before it
        case
            when not stages.is_declared and weighed.declared_met > 0 then weighed.declared_before + 0.5
            when stages.is_declared
                then row_number() over (partition by stages.pipeline, stages.outcome order by stages.declared_position nulls last)
            else 1000000
        end as place,
        stages.outcome = 'open' and (
            stages.is_declared
            or (
                (stages.is_outcome_known or coalesce(passed.is_passed, false))
                and (passed.stage is not null or stages.average_probability is not null)
            )
        ) as is_ranked,
        bool_or(stages.forecast_category is not null) over (partition by stages.pipeline) as has_categories
    from stages
    inner join pipelines on stages.pipeline = pipelines.pipeline
    left join passed
        on stages.pipeline = passed.pipeline
            and stages.stage = passed.stage
    left join weighed
        on stages.pipeline = weighed.pipeline
            and stages.stage = weighed.stage

),

ordered as (

    select
        *,
        row_number() over (
            partition by pipeline
            order by {{ outcome_rank('outcome') }}, place, score, average_probability nulls last, stage
        ) as position
    from known

)

select
    pipeline,
    pipeline_position,
    is_renewal,
    stage,
    position,
    outcome,
    case
        when outcome <> 'open' then null
        when forecast_category is not null then forecast_category
        when has_categories or not is_ranked then 'pipeline'
        when row_number() over (partition by pipeline, is_ranked order by position desc) = 1 then 'commit'
        when row_number() over (partition by pipeline, is_ranked order by position desc) = 2 then 'best_case'
        else 'pipeline'
    end as forecast_category,
    probability,
    is_declared,
    is_question
from ordered
