-- Defends the same number by two roads: cohort accounts are the new customers of their month.
with

cohorts as (

    select cohort_month as month_start, sum(cohort_accounts) as customers
    from {{ ref('fct_retention') }}
    where months_since_start = 0
    group by 1

),

movements as (

    select revenue_month as month_start, sum(new_customers) as customers
    from {{ ref('fct_revenue_monthly') }}
    where not is_partial_month
    group by 1
    having sum(new_customers) > 0

)

select *
from cohorts
full outer join movements on cohorts.month_start = movements.month_start
where cohorts.customers is distinct from movements.customers
