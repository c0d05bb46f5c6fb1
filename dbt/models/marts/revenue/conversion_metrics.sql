{{ config(tags=['mart']) }}

with

trials as (

    select * from {{ ref('fct_trials') }}

),

migrations as (

    select * from {{ ref('plan_migrations') }}

),

counted as (

    select
        trial_end_month as conversion_month,
        segment,
        ended_trials,
        mature_trials,
        converted_trials,
        0 as tier_upgrades,
        0 as tier_downgrades,
        0 as upgrade_mrr,
        0 as downgrade_mrr
    from trials
    union all
    select
        change_month as conversion_month,
        segment,
        0 as ended_trials,
        0 as mature_trials,
        0 as converted_trials,
        case when direction = 'upgrade' then migrations else 0 end as tier_upgrades,
        case when direction = 'downgrade' then migrations else 0 end as tier_downgrades,
        case when direction = 'upgrade' then mrr_change else 0 end as upgrade_mrr,
        case when direction = 'downgrade' then mrr_change else 0 end as downgrade_mrr
    from migrations

),

summed as (

    select
        conversion_month,
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        sum(ended_trials) as ended_trials,
        sum(mature_trials) as mature_trials,
        sum(converted_trials) as converted_trials,
        sum(tier_upgrades) as tier_upgrades,
        sum(tier_downgrades) as tier_downgrades,
        sum(upgrade_mrr) as upgrade_mrr,
        sum(downgrade_mrr) as downgrade_mrr
    from counted
    group by grouping sets ((conversion_month, segment), (conversion_month))

)

select
    {{ row_key(['conversion_month', 'segment']) }} as conversion_id,
    conversion_month,
    segment,
    cast(ended_trials as bigint) as ended_trials,
    cast(mature_trials as bigint) as mature_trials,
    cast(converted_trials as bigint) as converted_trials,
    cast(ended_trials - mature_trials as bigint) as immature_trials,
    cast(converted_trials as {{ type_double() }}) / nullif(mature_trials, 0) as trial_to_paid,
    cast(tier_upgrades as bigint) as tier_upgrades,
    cast(tier_downgrades as bigint) as tier_downgrades,
    cast(upgrade_mrr as numeric(38, 2)) as upgrade_mrr,
    cast(downgrade_mrr as numeric(38, 2)) as downgrade_mrr
from summed
