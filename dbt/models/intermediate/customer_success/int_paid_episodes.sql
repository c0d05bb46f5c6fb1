-- account × unbroken stretch of paying: a plan swap does not end one, a pause does
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

reached as (

    select
        states.*,
        max(paid_to) over (
            partition by account_id
            order by paid_from, change_id
            rows between unbounded preceding and 1 preceding
        ) as paid_until
    from states

),

numbered as (

    select
        reached.*,
        sum({{ as_count('paid_until is null or paid_from > paid_until') }}) over (
            partition by account_id
            order by paid_from, change_id
            rows between unbounded preceding and current row
        ) as episode_number
    from reached

),

spans as (

    select
        account_id,
        episode_number,
        min(paid_from) as started_at,
        max(paid_to) as paid_to
    from numbered
    group by account_id, episode_number

)

select
    spans.account_id,
    cast(spans.episode_number as integer) as episode_number,
    spans.started_at,
    case when spans.paid_to < as_of.as_of_at then spans.paid_to end as ended_at,
    cast(sum(states.mrr) as numeric(38, 2)) as last_mrr
from spans
cross join as_of
inner join states
    on spans.account_id = states.account_id
        and spans.paid_to = states.paid_to
group by 1, 2, 3, 4
