-- Which paying customers have not logged in for 30 or 90 days, the most valuable first? (Premium ones: segment Enterprise.)
select
    account_name,
    segment,
    days_since_login,
    is_inactive_90d,
    risk_level,
    mrr,
    estimated_clv
from {{ ref('churned_customers') }}
where
    is_active_customer
    and is_inactive_30d
order by estimated_clv desc, account_name
