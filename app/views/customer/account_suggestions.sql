-- where to look first: paying accounts at high or critical risk by MRR, or the largest accounts
select
    account_id,
    account_name,
    segment,
    region,
    owner_name,
    mrr,
    health_score,
    risk_level,
    recommended_step
from marts.customer_360
where is_active_customer
    and (not %(risky)s or risk_level in ('high', 'critical'))
    and /* selection */ true
order by mrr desc
limit 10
