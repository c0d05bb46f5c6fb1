-- Defends the balance of an account's events: each instant starts where the one before it ended.
with

instants as (

    select
        account_id,
        occurred_at,
        max(account_mrr_before) as before,
        max(account_mrr_after) as after,
        sum(mrr_change) as change
    from {{ ref('fct_subscription_changes') }}
    group by 1, 2

),

ordered as (

    select
        instants.*,
        lag(after) over (partition by account_id order by occurred_at) as previous_after
    from instants

)

select *
from ordered
where before + change <> after
    or before <> previous_after
    or before < 0
