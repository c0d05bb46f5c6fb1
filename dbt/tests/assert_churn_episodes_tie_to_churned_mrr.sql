-- Defends churn: the episodes, the monthly reasons and the revenue bridge lose the same customers and MRR in every month.
with

episodes as (

    select churn_month, sum(churned_mrr) as churned_mrr, count(*) filter (where is_in_churned_mrr) as churned_customers
    from {{ ref('customer_churn_analysis') }}
    group by churn_month

),

monthly as (

    select
        churn_month,
        sum(churned_mrr) as churned_mrr,
        sum(churned_customers) as churned_customers,
        sum(voluntary_churned_mrr + involuntary_churned_mrr + unexplained_churned_mrr) as by_will
    from {{ ref('monthly_churn_metrics') }}
    group by churn_month

),

bridge as (

    select revenue_month as churn_month, sum(churned_mrr) as churned_mrr, sum(churned_customers) as churned_customers
    from {{ ref('fct_revenue_monthly') }}
    group by revenue_month

)

select bridge.*
from bridge
full outer join monthly on bridge.churn_month = monthly.churn_month
left join episodes on bridge.churn_month = episodes.churn_month
where bridge.churned_mrr is distinct from monthly.churned_mrr
    or bridge.churned_customers is distinct from monthly.churned_customers
    or monthly.churned_mrr <> monthly.by_will
    or bridge.churned_mrr <> coalesce(episodes.churned_mrr, 0)
    or bridge.churned_customers <> coalesce(episodes.churned_customers, 0)
