-- failed payment attempts of the range by reason
select failure_reason, cast(sum(failed_attempts) as bigint) as failed_attempts
from marts.fct_payments
where failed_attempts > 0
    and payment_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
