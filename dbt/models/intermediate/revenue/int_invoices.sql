-- invoices known on the as-of date, with what their payments brought in and gave back until then
with

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

payments as (

    select * from {{ ref('int_payment_attempts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

cash as (

    select
        invoice_id,
        sum(collected_amount) as collected_amount,
        sum(refunded_amount) as refunded_amount,
        sum(attempts) as attempts,
        sum(failed_attempts) as failed_attempts,
        bool_or(is_recovery) as is_recovered
    from payments
    group by invoice_id

)

select
    invoices.invoice_id,
    invoices.subscription_id,
    invoices.account_id,
    invoices.period_start,
    invoices.period_end,
    invoices.invoice_date,
    invoices.due_date,
    invoices.amount,
    invoices.tax,
    cast(invoices.amount + invoices.tax as numeric(18, 2)) as total_amount,
    invoices.status,
    -- paid after the as-of date is not paid yet
    case when invoices.paid_at < as_of.as_of_at then invoices.paid_at end as paid_at,
    invoices.due_date < as_of.as_of_date as is_due,
    cast(coalesce(cash.collected_amount, 0) as numeric(18, 2)) as collected_amount,
    cast(coalesce(cash.refunded_amount, 0) as numeric(18, 2)) as refunded_amount,
    coalesce(cash.attempts, 0) as attempts,
    coalesce(cash.failed_attempts, 0) as failed_attempts,
    coalesce(cash.is_recovered, false) as is_recovered
from invoices
inner join as_of on invoices.invoice_date <= as_of.as_of_date
left join cash on invoices.invoice_id = cash.invoice_id
