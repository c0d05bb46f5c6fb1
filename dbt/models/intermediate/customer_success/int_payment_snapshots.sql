-- account × month end: payments that failed in the 90 days before, and invoices of those days due and unpaid
with

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

months as (

    select * from {{ ref('int_months') }}

),

troubles as (

    select
        invoices.account_id,
        months.month_start as snapshot_month,
        1 as failed_payments,
        0 as overdue_invoices,
        0 as overdue_amount
    from payments
    inner join invoices on payments.invoice_id = invoices.invoice_id
    inner join months
        on payments.attempted_at < months.ends_at
            and payments.attempted_at >= months.ends_at - interval '90' day
    where payments.is_failed
        and not months.is_opening
    union all
    select
        invoices.account_id,
        months.month_start as snapshot_month,
        0 as failed_payments,
        1 as overdue_invoices,
        invoices.amount + invoices.tax as overdue_amount
    from invoices
    inner join months
        on invoices.due_date < cast(months.ends_at as date)
            and invoices.due_date >= cast(months.ends_at - interval '90' day as date)
    where invoices.status <> 'void'
        and (invoices.paid_at is null or invoices.paid_at >= months.ends_at)
        and not months.is_opening

)

select
    account_id,
    snapshot_month,
    sum(failed_payments) as failed_payments_90d,
    sum(overdue_invoices) as overdue_invoices,
    cast(sum(overdue_amount) as numeric(38, 2)) as overdue_amount
from troubles
group by account_id, snapshot_month
