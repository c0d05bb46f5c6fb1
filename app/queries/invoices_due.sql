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
    and (cast(%(segment)s as text[]) is null or invoices.segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or invoices.region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or invoices.acquisition_channel = any(%(acquisition_channel)s))
order by invoices.outstanding_amount desc
