-- an invoice spread over the months of its period: each month whose last day it covers takes an equal share
with

invoices as (

    select * from {{ ref('int_invoices') }}

),

months as (

    select * from {{ ref('int_months') }}

),

states as (

    select * from {{ ref('int_subscription_states') }}

),

spread as (

    select
        invoices.*,
        greatest({{ months_between('invoices.period_start', "invoices.period_end + interval '1' day") }}, 1) as service_months
    from invoices
    where invoices.status <> 'void'

),

origins as (

    -- an invoice carries a date and not an instant: of the states of its first day, the one it was made from
    select
        spread.invoice_id,
        states.mrr,
        row_number() over (
            partition by spread.invoice_id
            order by abs(states.mrr - spread.amount / spread.service_months), states.paid_from desc
        ) as choice
    from spread
    inner join states
        on spread.subscription_id = states.subscription_id
            and states.paid_from < spread.period_start + interval '1' day
            and spread.period_start <= states.paid_to

)

select
    spread.invoice_id,
    spread.subscription_id,
    spread.account_id,
    months.month_start as revenue_month,
    cast(spread.amount / spread.service_months as numeric(18, 4)) as invoiced_mrr,
    -- refunds carry tax; the part that belongs to revenue is the net share
    cast(spread.refunded_amount * spread.amount / nullif(spread.total_amount, 0) / spread.service_months as numeric(18, 4)) as refunded_mrr,
    cast(coalesce(origins.mrr, 0) as numeric(18, 2)) as mrr_when_invoiced
from spread
inner join months
    on spread.period_start <= cast(months.ends_at - interval '1' day as date)
        and spread.period_end >= cast(months.ends_at - interval '1' day as date)
        and not months.is_opening
left join origins
    on spread.invoice_id = origins.invoice_id
        and origins.choice = 1
