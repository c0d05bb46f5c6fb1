-- accounts by their invoices issued within the range
select
    invoices.account_id,
    accounts.account_name,
    invoices.segment,
    invoices.region,
    count(*) as invoices,
    sum(invoices.failed_invoices) as failed_invoices,
    sum(invoices.recovered_invoices) as recovered_invoices,
    sum(invoices.total_amount) as total_amount,
    sum(invoices.outstanding_amount) as outstanding_amount
from marts.fct_invoices as invoices
inner join marts.dim_account as accounts on invoices.account_id = accounts.account_id
where invoices.invoice_month between %(start)s and %(end)s
    and (cast(%(payment_state)s as text) is null or invoices.payment_state = %(payment_state)s)
    and /* selection of invoices */ true
group by 1, 2, 3, 4
order by failed_invoices desc, total_amount desc
