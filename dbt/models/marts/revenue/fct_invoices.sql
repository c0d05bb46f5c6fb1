{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'invoice_month']}, {'columns': ['invoice_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

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

),

known as (

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
        invoices.amount + invoices.tax as total_amount,
        invoices.status,
        -- paid after the as-of date is not paid yet
        case when invoices.paid_at < as_of.as_of_at then invoices.paid_at end as paid_at,
        invoices.due_date < as_of.as_of_date as is_due,
        coalesce(cash.collected_amount, 0) as collected_amount,
        coalesce(cash.refunded_amount, 0) as refunded_amount,
        coalesce(cash.attempts, 0) as attempts,
        coalesce(cash.failed_attempts, 0) as failed_attempts,
        coalesce(cash.is_recovered, false) as is_recovered
    from invoices
    inner join as_of on invoices.invoice_date <= as_of.as_of_date
    left join cash on invoices.invoice_id = cash.invoice_id

)

select
    known.invoice_id,
    known.subscription_id,
    known.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('known.invoice_date') }} as invoice_month,
    case
        when known.status = 'void' then 'void'
        when known.refunded_amount >= known.total_amount and known.refunded_amount > 0 then 'refunded'
        when known.refunded_amount > 0 then 'partly refunded'
        when known.paid_at is not null and cast(known.paid_at as date) > known.due_date then 'paid late'
        when known.paid_at is not null then 'paid'
        when known.status = 'uncollectible' then 'uncollectible'
        when known.is_due then 'overdue'
        else 'open'
    end as payment_state,
    known.amount,
    known.tax,
    cast(known.total_amount as numeric(18, 2)) as total_amount,
    cast(known.collected_amount as numeric(18, 2)) as collected_amount,
    cast(known.refunded_amount as numeric(18, 2)) as refunded_amount,
    cast(case when known.status = 'void' then 0 else known.total_amount - known.collected_amount end as numeric(18, 2)) as outstanding_amount,
    1 as invoices,
    cast(known.attempts as integer) as attempts,
    cast(known.failed_attempts as integer) as failed_attempts,
    {{ as_count('known.failed_attempts > 0') }} as failed_invoices,
    {{ as_count('known.is_recovered') }} as recovered_invoices,
    case when known.paid_at is not null then {{ days_between('cast(known.invoice_date as timestamp)', 'known.paid_at') }} end as days_to_pay,
    known.period_start,
    known.period_end,
    known.invoice_date,
    known.due_date,
    known.paid_at
from known
inner join accounts on known.account_id = accounts.account_id
