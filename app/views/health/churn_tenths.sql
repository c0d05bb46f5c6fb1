-- by tenth of the probability within each month's end: what was said, and what came
with

ranked as (

    select
        churn_probability,
        has_churned_90d,
        ntile(10) over (partition by snapshot_date order by churn_probability desc, account_id) as tenth
    from marts.fct_churn_backtest
    where /* selection */ true

)

select
    tenth,
    count(*) as customer_months,
    avg(churn_probability) as said,
    cast(count(*) filter (where has_churned_90d) as double precision) / count(*) as came,
    cast(count(*) filter (where has_churned_90d) as double precision) / count(*)
    / nullif(cast(sum(count(*) filter (where has_churned_90d)) over () as double precision) / sum(count(*)) over (), 0) as lift
from ranked
group by 1
order by 1
