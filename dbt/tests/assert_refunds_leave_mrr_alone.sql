-- Defends MRR from cash: in a month with a refund, MRR moves only if a paid state of the account began or ended in it.
with

refunded as (

    select distinct
        invoices.account_id,
        {{ month_of('payments.attempted_at') }} as revenue_month
    from {{ ref('stg_billing__payments') }} as payments
    inner join {{ ref('stg_billing__invoices') }} as invoices on payments.invoice_id = invoices.invoice_id
    where payments.is_refund

),

turns as (

    select account_id, {{ month_of('paid_from') }} as revenue_month from {{ ref('int_subscription_states') }}
    union all
    select account_id, {{ month_of('paid_to') }} as revenue_month from {{ ref('int_subscription_states') }}

)

select
    revenue.account_id,
    revenue.revenue_month
from {{ ref('fct_revenue_monthly') }} as revenue
inner join refunded
    on revenue.account_id = refunded.account_id
        and revenue.revenue_month = refunded.revenue_month
left join turns
    on revenue.account_id = turns.account_id
        and revenue.revenue_month = turns.revenue_month
where turns.account_id is null
    and revenue.starting_mrr <> revenue.ending_mrr
