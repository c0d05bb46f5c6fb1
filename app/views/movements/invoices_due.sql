-- invoices of the range that were not collected
select
    invoices.invoice_id,
    invoices.account_id,
    accounts.account_name,
    invoices.segment,
    invoices.region,
    invoices.payment_state,
    invoices.invoice_date,
    invoices.due_date,
    cast(invoices.outstanding_amount as double precision) as outstanding_amount,
    invoices.failed_attempts
from marts.fct_invoices as invoices
inner join marts.dim_account as accounts on invoices.account_id = accounts.account_id
where invoices.invoice_month between %(start)s and %(end)s
    and invoices.outstanding_amount > 0
    and /* selection of invoices */ true
order by invoices.outstanding_amount desc
