-- accounts with failed payment attempts on the days
select
    payments.account_id,
    accounts.account_name,
    payments.segment,
    payments.region,
    sum(payments.failed_attempts) as failed_attempts,
    count(distinct payments.invoice_id) as invoices,
    sum(payments.failed_amount) as failed_amount,
    max(payments.attempted_at) as last_attempt_at
from marts.fct_payments as payments
inner join marts.dim_account as accounts on payments.account_id = accounts.account_id
where payments.failed_attempts > 0
    and cast(payments.attempted_at as date) between %(since)s and %(until)s
    and (cast(%(failure)s as text) is null or payments.failure_reason = %(failure)s)
    and /* selection of payments */ true
group by 1, 2, 3, 4
order by failed_attempts desc, failed_amount desc
