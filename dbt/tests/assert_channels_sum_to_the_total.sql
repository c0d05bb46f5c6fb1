-- Defends CAC: the channels' spend, customers and MRR sum to the totals of their sources.
with

channels as (

    select
        coalesce(sum(spend), 0) as spend,
        coalesce(sum(new_customers), 0) as new_customers,
        coalesce(sum(churned_customers), 0) as churned_customers,
        coalesce(sum(new_mrr), 0) as new_mrr,
        coalesce(sum(ending_mrr), 0) as ending_mrr
    from {{ ref('fct_cac_ltv') }}

),

spent as (

    select coalesce(sum(spend.amount), 0) as spend
    from {{ ref('stg_marketing__spend') }} as spend
    cross join {{ ref('int_as_of') }} as as_of
    where spend.spend_date <= as_of.as_of_date
        and spend.spend_date >= as_of.first_month

),

revenue as (

    select
        coalesce(sum(new_customers), 0) as new_customers,
        coalesce(sum(churned_customers), 0) as churned_customers,
        coalesce(sum(new_mrr), 0) as new_mrr,
        coalesce(sum(ending_mrr), 0) as ending_mrr
    from {{ ref('fct_revenue_monthly') }}

)

select channels.*
from channels
cross join spent
cross join revenue
where channels.spend <> spent.spend
    or channels.new_customers <> revenue.new_customers
    or channels.churned_customers <> revenue.churned_customers
    or channels.new_mrr <> revenue.new_mrr
    or channels.ending_mrr <> revenue.ending_mrr
