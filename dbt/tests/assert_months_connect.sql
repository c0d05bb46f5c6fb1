-- Defends continuity: a month starts with what the month before ended with, and no month is missing between them.
with

ended as (

    select
        account_id,
        cast(revenue_month + interval '1' month as date) as revenue_month,
        ending_mrr
    from {{ ref('fct_revenue_monthly') }}

),

started as (

    select
        account_id,
        revenue_month,
        starting_mrr
    from {{ ref('fct_revenue_monthly') }}

),

window_months as (

    select
        first_month,
        last_month
    from {{ ref('int_as_of') }}

)

select
    coalesce(ended.account_id, started.account_id) as account_id,
    coalesce(ended.revenue_month, started.revenue_month) as revenue_month,
    ended.ending_mrr,
    started.starting_mrr
from ended
full outer join started
    on ended.account_id = started.account_id
        and ended.revenue_month = started.revenue_month
cross join window_months
where coalesce(ended.ending_mrr, 0) <> coalesce(started.starting_mrr, 0)
    and coalesce(ended.revenue_month, started.revenue_month) > window_months.first_month
    and coalesce(ended.revenue_month, started.revenue_month) <= window_months.last_month
