-- Defends the summaries: their segments sum to the row of all, and that row to the marts they are made from.
with

retention as (

    select
        revenue_month,
        sum(case when segment = 'All' then ending_mrr else 0 end) as total,
        sum(case when segment <> 'All' then ending_mrr else 0 end) as parts
    from {{ ref('nrr_summary') }}
    group by 1

),

monthly as (

    select
        revenue_month,
        sum(ending_mrr) as total
    from {{ ref('fct_revenue_monthly') }}
    group by 1

),

conversion as (

    select
        sum(case when segment = 'All' then converted_trials else 0 end) as total,
        sum(case when segment <> 'All' then converted_trials else 0 end) as parts
    from {{ ref('conversion_metrics') }}

),

trials as (

    select sum(converted_trials) as total
    from {{ ref('fct_trials') }}

),

upgrades as (

    select sum(tier_upgrades) as total
    from {{ ref('conversion_metrics') }}
    where segment = 'All'

),

migrations as (

    select count(*) as total
    from {{ ref('int_plan_changes') }}
    where direction = 'upgrade'

)

select 'nrr_summary' as summary
from retention
full outer join monthly on retention.revenue_month = monthly.revenue_month
where retention.total is distinct from retention.parts
    or retention.total is distinct from monthly.total
union all
select 'conversion_metrics' as summary
from conversion
cross join trials
cross join upgrades
cross join migrations
where coalesce(conversion.total, 0) <> coalesce(conversion.parts, 0)
    or coalesce(conversion.total, 0) <> coalesce(trials.total, 0)
    or coalesce(upgrades.total, 0) <> migrations.total
