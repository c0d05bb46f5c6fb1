-- subscription × month within the window: MRR at the month's last instant, without usage that counts as MRR
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    states.subscription_id,
    states.account_id,
    months.month_start as revenue_month,
    cast(sum(states.mrr) as numeric(38, 2)) as mrr
from states
inner join months
    on states.paid_from < months.ends_at
        and states.paid_to >= months.ends_at
        and not months.is_opening
where not states.is_usage
group by states.subscription_id, states.account_id, months.month_start
