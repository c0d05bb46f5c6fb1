-- Which paying accounts need someone today, why, and how much is at stake?
select
    account_name,
    segment,
    risk_level,
    mrr,
    health_score,
    has_falling_usage,
    has_escalations,
    has_revenue_contraction,
    has_payment_trouble,
    has_no_login_30d,
    recommended_step,
    renewal_date
from {{ ref('churn_risk') }}
where risk_level in ('high', 'critical')
order by mrr desc, account_name
