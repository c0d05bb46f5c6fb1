-- no metric knows the main plan of an account: the paying accounts on a plan or with a billing interval on the as-of date
select account_id, account_name, segment, region, plan_name, plan_tier, billing_interval, seats, mrr, renewal_date
from marts.customer_360
where is_active_customer
    and (cast(%(plan_tier)s as text) is null or plan_tier = %(plan_tier)s)
    and (cast(%(billing_interval)s as text) is null or billing_interval = %(billing_interval)s)
    and /* selection */ true
order by mrr desc
