-- paying accounts on the as-of date with their churn risk, the gravest first
select
    risk.account_id,
    risk.account_name,
    risk.segment,
    risk.risk_level,
    risk.risk_score,
    risk.mrr,
    risk.recommended_step,
    -- the part of the health that pulls it down most: what it lacks times its weight
    case
        greatest(
            0.30 * (100 - accounts.usage_score),
            0.20 * (100 - accounts.support_score),
            0.25 * (100 - accounts.revenue_score),
            0.25 * (100 - accounts.engagement_score)
        )
        when 0.30 * (100 - accounts.usage_score) then accounts.usage_reason
        when 0.20 * (100 - accounts.support_score) then accounts.support_reason
        when 0.25 * (100 - accounts.revenue_score) then accounts.revenue_reason
        else accounts.engagement_reason
    end as main_reason,
    concat_ws(
        ', ',
        case when risk.has_falling_usage then 'falling usage' end,
        case when risk.has_escalations then 'escalations' end,
        case when risk.has_revenue_contraction then 'contraction' end,
        case when risk.has_payment_trouble then 'payment trouble' end,
        case when risk.has_no_login_30d then 'no login for 30 days' end,
        case when risk.has_low_health then 'low health' end
    ) as flags,
    risk.renewal_date,
    accounts.owner_name,
    risk.region,
    risk.health_score,
    risk.days_since_login
from marts.churn_risk as risk
inner join marts.customer_360 as accounts on risk.account_id = accounts.account_id
where /* selection of risk */ true
order by risk.risk_score desc, risk.mrr desc
