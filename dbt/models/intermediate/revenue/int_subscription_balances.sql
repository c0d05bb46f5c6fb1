-- subscription × instant at which what it pays turns, with all its items together: from when, until when, MRR
with

states as (

    select * from {{ ref('int_subscription_states') }}
    where not is_usage

),

turns as (

    select subscription_id, paid_from as turned_at from states
    union
    select subscription_id, paid_to as turned_at from states

),

spans as (

    select
        turns.subscription_id,
        turns.turned_at as paid_from,
        lead(turns.turned_at) over (partition by turns.subscription_id order by turns.turned_at) as paid_to
    from turns

)

select
    spans.subscription_id,
    spans.paid_from,
    spans.paid_to,
    cast(sum(states.mrr) as numeric(38, 2)) as mrr,
    -- 52 weeks of 7 days, or 365 days; nothing where an item is billed by months
    case
        when bool_and(states.interval_unit in ('day', 'week'))
            then max(case states.interval_unit when 'week' then 364 else 365 end)
    end as days_a_year
from spans
inner join states
    on spans.subscription_id = states.subscription_id
        and spans.paid_from >= states.paid_from
        and spans.paid_from < states.paid_to
group by spans.subscription_id, spans.paid_from, spans.paid_to
