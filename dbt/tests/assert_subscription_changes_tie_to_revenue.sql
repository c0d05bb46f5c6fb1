-- Defends the event ledger: an account's events of a month sum to the change of its MRR in the monthly mart, to the cent, in both directions.
with

events as (

    select
        account_id,
        revenue_month,
        sum(mrr_change) as change
    from {{ ref('fct_subscription_changes') }}
    group by 1, 2

),

monthly as (

    select
        account_id,
        revenue_month,
        ending_mrr - starting_mrr as change
    from {{ ref('fct_revenue_monthly') }}

)

select *
from events
full outer join monthly
    on events.account_id = monthly.account_id
        and events.revenue_month = monthly.revenue_month
where coalesce(events.change, 0) <> coalesce(monthly.change, 0)
