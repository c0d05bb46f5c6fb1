-- MRR on the as-of date by main plan and billing interval of the account
select plan_tier, billing_interval, cast(sum(mrr) as double precision) as mrr, count(*) as accounts
from marts.customer_360
where is_active_customer
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1, 2
