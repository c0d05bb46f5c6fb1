{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'invoice_month']}, {'columns': ['invoice_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

invoices as (

    select * from {{ ref('int_invoices') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    invoices.invoice_id,
    invoices.subscription_id,
    invoices.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('invoices.invoice_date') }} as invoice_month,
    case
        when invoices.status = 'void' then 'void'
        when invoices.refunded_amount >= invoices.total_amount and invoices.refunded_amount > 0 then 'refunded'
        when invoices.refunded_amount > 0 then 'partly refunded'
        when invoices.paid_at is not null and cast(invoices.paid_at as date) > invoices.due_date then 'paid late'
        when invoices.paid_at is not null then 'paid'
        when invoices.status = 'uncollectible' then 'uncollectible'
        when invoices.is_due then 'overdue'
        else 'open'
    end as payment_state,
    invoices.amount,
    invoices.tax,
    invoices.total_amount,
    invoices.collected_amount,
    invoices.refunded_amount,
    -- nothing is owed of what is paid, though credits or another rate made its payments less
    cast(case when invoices.status = 'void' or invoices.paid_at is not null then 0 else invoices.total_amount - invoices.collected_amount end as numeric(38, 2)) as outstanding_amount,
    1 as invoices,
    cast(invoices.attempts as integer) as attempts,
    cast(invoices.failed_attempts as integer) as failed_attempts,
    {{ known_flag('invoices.failed_attempts is not null', 'invoices.failed_attempts > 0') }} as failed_invoices,
    {{ known_flag('invoices.failed_attempts is not null', 'invoices.is_recovered') }} as recovered_invoices,
    case when invoices.paid_at is not null and invoices.has_paid_day then {{ days_between('cast(invoices.invoice_date as timestamp)', 'invoices.paid_at') }} end as days_to_pay,
    invoices.period_start,
    invoices.period_end,
    invoices.invoice_date,
    invoices.due_date,
    invoices.paid_at
from invoices
inner join accounts on invoices.account_id = accounts.account_id
