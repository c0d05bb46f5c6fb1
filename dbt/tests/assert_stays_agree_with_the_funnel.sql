-- Defends the days in a stage by another road: the stays of a deal in a stage add up to the funnel's row.
with

stays as (

    select
        deal_id,
        pipeline,
        stage,
        sum(days_in_stage) as days_in_stage,
        bool_or(is_current) as is_current
    from {{ ref('fct_deal_stage_history') }}
    where stage_outcome = 'open'
    group by 1, 2, 3

)

select stays.*
from stays
full outer join {{ ref('fct_pipeline') }} as funnel
    on stays.deal_id = funnel.deal_id
        and stays.pipeline = funnel.pipeline
        and stays.stage = funnel.stage
where (funnel.stage_outcome = 'open' or funnel.stage_outcome is null)
    and (
        stays.is_current is distinct from funnel.is_current
        or (not stays.is_current and abs(stays.days_in_stage - funnel.days_in_stage) > 0.000001)
    )
