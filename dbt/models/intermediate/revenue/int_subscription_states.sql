-- one row per ledger state that pays: from when, until when, and what it is worth a month
with

changes as (

    select * from {{ ref('stg_billing__subscription_changes') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

ordered as (

    select
        changes.*,
        lead(changes.effective_at) over (
            partition by changes.subscription_id
            order by changes.effective_at, changes.change_id
        ) as next_effective_at
    from changes
    cross join as_of
    where changes.effective_at < as_of.as_of_at

),

paid as (

    select
        ordered.change_id,
        ordered.subscription_id,
        subscriptions.account_id,
        ordered.product_id,
        -- a trial does not pay
        greatest(ordered.effective_at, coalesce(subscriptions.trial_ended_at, ordered.effective_at)) as paid_from,
        least(
            coalesce(ordered.next_effective_at, cast('9999-01-01' as timestamp)),
            coalesce(subscriptions.ended_at, cast('9999-01-01' as timestamp))
        ) as paid_to,
        case
            when products.is_recurring
                then cast(round(
                        cast(ordered.quantity * ordered.unit_price * (100 - ordered.discount_pct) as numeric(38, 10))
                        / (100 * ordered.months_in_interval), 2
                    ) as numeric(18, 2))
            else cast(0 as numeric(18, 2))
        end as mrr
    from ordered
    inner join subscriptions on ordered.subscription_id = subscriptions.subscription_id
    inner join products on ordered.product_id = products.product_id

)

select paid.*
from paid
cross join as_of
where paid.paid_from < paid.paid_to
    and paid.paid_from < as_of.as_of_at
    and paid.mrr > 0
