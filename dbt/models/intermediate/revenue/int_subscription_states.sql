-- one row per ledger state that pays, of a subscription or an item of it, and the usage that counts as MRR: from when, until when, and what it is worth a month
-- noqa: disable=LT02
{% set yearly = 'cast(ordered.interval_amount * (100 - ordered.discount_pct) * ' ~ units_in_a_year('ordered.interval_unit') ~ ' as numeric(38, 14))' %}
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

{%- if is_spot() %}

fx_rates as (

    select * from {{ ref('int_fx_rates') }}

),

{%- endif %}

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
        {{ local_worth(yearly, '(100 * 12 * ordered.interval_count)', 'ordered.currency') }}
        case
            when products.is_recurring
                then cast(round(
                        {{ yearly }}
                        / (100 * 12 * ordered.interval_count), 2
                    ) as numeric(38, 2))
            else cast(0 as numeric(38, 2))
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
        {{ local_worth('mrr', '1', 'cast(null as varchar(3))') }}
        mrr
    from usage_states

),

paying as (

    select paid.*
    from with_usage as paid
    cross join as_of
    where paid.paid_from < paid.paid_to
        and paid.paid_from < as_of.as_of_at
        and paid.mrr > 0

)

{%- if is_spot() %},

stretches as (

    -- at the last second of a month everything is worth what the month's rate says, until that of the next one
    select
        currency,
        coalesce(lag(revalued_at) over (partition by currency order by month_start), cast('0001-01-01' as timestamp)) as holds_from,
        revalued_at as holds_to,
        previous_rate,
        rate
    from fx_rates
    union all
    select
        currency,
        revalued_at as holds_from,
        cast('9999-01-01' as timestamp) as holds_to,
        rate as previous_rate,
        rate
    from fx_rates
    where is_last

),

pieces as (

    select
        paying.*,
        greatest(paying.paid_from, stretches.holds_from) as piece_from,
        least(paying.paid_to, stretches.holds_to) as piece_to,
        stretches.previous_rate,
        stretches.rate,
        paying.paid_from > stretches.holds_from as is_begun_within,
        earlier.local_mrr as earlier_local_mrr,
        round(earlier.worth_times * stretches.previous_rate / earlier.worth_parts, 2) as earlier_mrr
    from paying
    inner join stretches
        on paying.currency = stretches.currency
            and paying.paid_to > stretches.holds_from
            and paying.paid_from < stretches.holds_to
    left join paying as earlier
        on paying.paid_from > stretches.holds_from
            and paying.subscription_id = earlier.subscription_id
            and paying.item_id is not distinct from earlier.item_id
            and paying.currency = earlier.currency
            and stretches.holds_from >= earlier.paid_from
            and stretches.holds_from < earlier.paid_to

),

valued as (

    -- what was there as the month began is worth the rate of before, what comes on top of it the month's own
    select
        pieces.*,
        case
            when not is_begun_within then round(worth_times * previous_rate / worth_parts, 2)
            when earlier_mrr is null or rate = previous_rate then round(worth_times * rate / worth_parts, 2)
            when local_mrr >= earlier_local_mrr then earlier_mrr + round((local_mrr - earlier_local_mrr) * rate, 2)
            else earlier_mrr - round((earlier_local_mrr - local_mrr) * previous_rate, 2)
        end as piece_mrr
    from pieces

),

revalued as (

    select * from paying
    where currency is null
    union all
    select
        case when piece_from = paid_from then change_id else change_id || ' fx ' || cast(piece_from as varchar(32)) end as change_id,
        subscription_id,
        item_id,
        account_id,
        product_id,
        case when piece_from = paid_from then change_type else 'fx' end as change_type,
        quantity,
        interval_count,
        interval_unit,
        is_usage,
        piece_from as paid_from,
        piece_to as paid_to,
        currency,
        worth_times,
        worth_parts,
        local_mrr,
        cast(piece_mrr as numeric(38, 2)) as mrr
    from valued
    where piece_from < piece_to
        and piece_mrr > 0

)

select * from revalued
{%- else %}

select * from paying
{%- endif %}
