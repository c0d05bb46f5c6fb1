-- invoices known on the as-of date, with what their payments brought in and gave back until then
with

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

payments as (

    select * from {{ ref('int_payment_attempts') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select {{ has_rows('billing.payments') }} as has_payments
    from loaded_sources

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
    cast(invoices.amount + invoices.tax as numeric(38, 2)) as total_amount,
    invoices.status,
    -- paid after the as-of date is not paid yet
    case when invoices.paid_at < as_of.as_of_at then invoices.paid_at end as paid_at,
    invoices.has_paid_day,
    invoices.due_date < as_of.as_of_date as is_due,
    -- where no payment brought anything in, the invoice itself says whether it was paid
    cast(case
        when cash.collected_amount <> 0 then cash.collected_amount
        when invoices.paid_at < as_of.as_of_at then invoices.amount + invoices.tax
        else 0
    end as numeric(38, 2)) as collected_amount,
    cast(coalesce(cash.refunded_amount, 0) as numeric(38, 2)) as refunded_amount,
    {{ known_count('loaded.has_payments', 'cash.attempts') }} as attempts,
    {{ known_count('loaded.has_payments', 'cash.failed_attempts') }} as failed_attempts,
    case when loaded.has_payments then coalesce(cash.is_recovered, false) end as is_recovered
from invoices
inner join as_of on invoices.invoice_date <= as_of.as_of_date
cross join loaded
left join cash on invoices.invoice_id = cash.invoice_id
