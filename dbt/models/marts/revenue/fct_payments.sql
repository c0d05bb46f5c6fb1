{{ config(tags=['fact'], indexes=[{'columns': ['invoice_id']}, {'columns': ['payment_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

payments as (

    select * from {{ ref('int_payment_attempts') }}

),

invoices as (

    -- a payment is known with its invoice: one in advance of an invoice not issued yet comes with it
    select * from {{ ref('int_invoices') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    payments.payment_id,
    payments.invoice_id,
    invoices.subscription_id,
    invoices.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('payments.attempted_at') }} as payment_month,
    payments.attempt_number,
    payments.payment_method,
    payments.status,
    payments.failure_reason,
    payments.amount,
    payments.collected_amount,
    payments.failed_amount,
    payments.refunded_amount,
    payments.attempts,
    payments.failed_attempts,
    payments.is_retry,
    payments.is_recovery,
    payments.attempted_at
from payments
inner join invoices on payments.invoice_id = invoices.invoice_id
inner join accounts on invoices.account_id = accounts.account_id
