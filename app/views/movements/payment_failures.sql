-- failed payment attempts of the range by reason
select failure_reason, cast(sum(failed_attempts) as bigint) as failed_attempts
from marts.fct_payments
where failed_attempts > 0
    and payment_month between %(start)s and %(end)s
    and /* selection */ true
group by 1
