-- accounts without a login for so many days on the as-of date, the most valuable first
select
    account_id,
    account_name,
    segment,
    region,
    lifecycle_stage,
    days_since_login,
    last_login_at,
    mrr,
    estimated_clv,
    risk_level as inactivity_risk,
    plan_tier,
    user_count,
    open_tickets
from marts.churned_customers
where case when %(days)s = 90 then is_inactive_90d else is_inactive_30d end
    and (is_active_customer or %(everyone)s)
    and /* selection */ true
order by estimated_clv desc, mrr desc, days_since_login desc
