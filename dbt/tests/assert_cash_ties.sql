-- Defends the invoices' cash: it is that of their payments, a paid invoice is paid in full, and nothing is recovered that never failed.
-- Somebody's own books may differ: there it warns, and Data health says so.
{{ config(severity=env_var('TOWER_BOOKS', 'error'), meta={'warning': 'payments do not add up to what their invoices say was paid, invoices:'}) }}
with

cash as (

    select
        (select coalesce(sum(collected_amount - refunded_amount), 0) from {{ ref('fct_invoices') }}) as invoiced,
        (select coalesce(sum(amount), 0) from {{ ref('fct_payments') }} where status <> 'failed') as paid

)

select 'cash' as broken
from cash
where invoiced <> paid
    and exists (select 1 from {{ ref('fct_payments') }})
union all
select invoice_id as broken
from {{ ref('fct_invoices') }}
where recovered_invoices > failed_invoices
    or refunded_amount > greatest(collected_amount, 0)
    or (paid_at is not null and {{ 'false' if is_spot() else 'collected_amount <> total_amount' }})
