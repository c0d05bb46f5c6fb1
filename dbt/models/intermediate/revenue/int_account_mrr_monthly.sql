-- account × month, from the opening balance on, for every account that ever paid: MRR at the month's last instant
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

months as (

    select * from {{ ref('int_months') }}

),

spans as (

    select * from {{ ref('int_account_paid_span') }}

),

valued as (

    select
        states.account_id,
        months.month_start,
        sum(states.mrr) as mrr,
        sum(case when states.is_usage then states.mrr else 0 end) as usage_mrr
    from states
    inner join months
        on states.paid_from < months.ends_at
            and states.paid_to >= months.ends_at
    group by states.account_id, months.month_start

)

select
    spans.account_id,
    months.month_start as revenue_month,
    months.month_number,
    months.is_opening,
    months.is_partial_month,
    cast(coalesce(valued.mrr, 0) as numeric(38, 2)) as mrr,
    cast(coalesce(valued.usage_mrr, 0) as numeric(38, 2)) as usage_mrr
from spans
cross join months
left join valued
    on spans.account_id = valued.account_id
        and months.month_start = valued.month_start
