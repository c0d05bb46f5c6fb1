-- one row per ledger state that pays, of a subscription or an item of it, and the usage that counts as MRR: from when, until when, and what it is worth a month
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

usage_states as (

    select * from {{ ref('int_usage_states') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_changes as (

    select
        subscription_id,
        min(effective_at) as first_effective_at
    from changes
    group by subscription_id

),

trials as (

    select
        subscriptions.subscription_id,
        subscriptions.trial_ended_at,
        -- a trial that begins with the subscription holds from its first change on, one that comes later from its own start
        case
            when subscriptions.trial_started_at >= first_changes.first_effective_at + interval '1' day then subscriptions.trial_started_at
            else first_changes.first_effective_at
        end as trial_from
    from subscriptions
    inner join first_changes on subscriptions.subscription_id = first_changes.subscription_id
    where subscriptions.trial_ended_at is not null

),

held as (

    select
        changes.*,
        -- what is agreed in a trial is paid from its end on; who paid before goes on paying the old price until then
        case
            when changes.effective_at >= trials.trial_from and changes.effective_at < trials.trial_ended_at then trials.trial_ended_at
            else changes.effective_at
        end as holds_from
    from changes
    cross join as_of
    left join trials on changes.subscription_id = trials.subscription_id
    where changes.effective_at < as_of.as_of_at

),

ordered as (

    select
        held.*,
        lead(held.holds_from) over (
            partition by held.subscription_id, held.item_id
            order by held.effective_at_utc, {{ arrival('held.change_id') }}
        ) as next_holds_from
    from held

),

paid as (

    select
        ordered.change_id,
        ordered.subscription_id,
        ordered.item_id,
        subscriptions.account_id,
        ordered.product_id,
        ordered.change_type,
        ordered.quantity,
        ordered.interval_count,
        ordered.interval_unit,
        false as is_usage,
        ordered.holds_from as paid_from,
        least(
            coalesce(ordered.next_holds_from, cast('9999-01-01' as timestamp)),
            coalesce(subscriptions.ended_at, cast('9999-01-01' as timestamp)),
            coalesce(subscriptions.paused_at, cast('9999-01-01' as timestamp))
        ) as paid_to,
        case
            when products.is_recurring
                then cast(round(
                        cast(ordered.interval_amount * (100 - ordered.discount_pct) * {{ units_in_a_year('ordered.interval_unit') }} as numeric(38, 14))
                        / (100 * 12 * ordered.interval_count), 2
                    ) as numeric(18, 2))
            else cast(0 as numeric(18, 2))
        end as mrr
    from ordered
    inner join subscriptions on ordered.subscription_id = subscriptions.subscription_id
    inner join products on ordered.product_id = products.product_id

),

with_usage as (

    select * from paid
    union all
    select
        change_id,
        subscription_id,
        cast('usage' as varchar(255)) as item_id,
        account_id,
        cast(null as varchar(255)) as product_id,
        cast('usage' as varchar(255)) as change_type,
        cast(null as integer) as quantity,
        cast(null as integer) as interval_count,
        cast(null as varchar(255)) as interval_unit,
        true as is_usage,
        paid_from,
        paid_to,
        mrr
    from usage_states

)

select paid.*
from with_usage as paid
cross join as_of
where paid.paid_from < paid.paid_to
    and paid.paid_from < as_of.as_of_at
    and paid.mrr > 0
