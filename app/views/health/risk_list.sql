-- paying accounts on the as-of date with their churn risk, the gravest first and those whose risk is not known last
select
    risk.account_id,
    risk.account_name,
    risk.segment,
    risk.risk_level,
    risk.risk_score,
    risk.mrr,
    risk.recommended_step,
    risk.main_reason,
    risk.rests_on,
    risk.flags_in_words as flags,
    risk.renewal_date,
    accounts.owner_name,
    risk.region,
    risk.health_score,
    risk.days_since_login,
    risk.has_falling_usage,
    risk.has_escalations,
    risk.has_revenue_contraction,
    risk.has_payment_trouble,
    risk.has_no_login_30d,
    risk.has_low_health
from marts.churn_risk as risk
inner join marts.customer_360 as accounts on risk.account_id = accounts.account_id
where /* selection of risk */ true
order by risk.risk_score desc nulls last, risk.mrr desc
