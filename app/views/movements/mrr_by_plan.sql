-- MRR on the as-of date by main plan and billing interval of the account
select plan_tier, billing_interval, cast(sum(mrr) as double precision) as mrr, count(*) as accounts
from marts.customer_360
where is_active_customer
    and /* selection */ true
group by 1, 2
