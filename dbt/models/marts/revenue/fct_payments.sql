{{ config(tags=['fact'], indexes=[{'columns': ['invoice_id']}, {'columns': ['payment_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select
        payments.*,
        max(case when payments.status = 'failed' then 1 else 0 end) over (
            partition by payments.invoice_id
            order by payments.attempted_at, payments.payment_id
            rows between unbounded preceding and 1 preceding
        ) as failed_before
    from payments
    cross join as_of
    where payments.attempted_at < as_of.as_of_at

)

select
    known.payment_id,
    known.invoice_id,
    invoices.subscription_id,
    invoices.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('known.attempted_at') }} as payment_month,
    known.attempt_number,
    known.payment_method,
    known.status,
    known.failure_reason,
    known.amount,
    cast(case when known.status = 'succeeded' then known.amount else 0 end as numeric(18, 2)) as collected_amount,
    cast(case when known.status = 'failed' then known.amount else 0 end as numeric(18, 2)) as failed_amount,
    cast(case when known.status = 'refunded' then -known.amount else 0 end as numeric(18, 2)) as refunded_amount,
    {{ as_count("known.status <> 'refunded'") }} as attempts,
    {{ as_count("known.status = 'failed'") }} as failed_attempts,
    known.status <> 'refunded' and known.attempt_number > 1 as is_retry,
    known.status = 'succeeded' and coalesce(known.failed_before, 0) = 1 as is_recovery,
    known.attempted_at
from known
inner join invoices on known.invoice_id = invoices.invoice_id
inner join accounts on invoices.account_id = accounts.account_id
