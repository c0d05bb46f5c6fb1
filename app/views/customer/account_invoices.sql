-- invoices issued within the months, the newest first
select invoice_id, invoice_date, due_date, payment_state, total_amount, collected_amount, outstanding_amount, attempts, failed_attempts, paid_at
from marts.fct_invoices
where account_id = %(account)s
    and invoice_month between %(since)s and %(end)s
order by invoice_date desc, invoice_id
