-- one account as it stands on the as-of date
select
    accounts.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.industry,
    accounts.country,
    accounts.employee_count,
    accounts.owner_name,
    accounts.lifecycle_stage,
    accounts.as_of_date,
    accounts.billing_interval,
    accounts.product_names,
    accounts.seats,
    accounts.tenure_months,
    accounts.mrr,
    accounts.arr,
    accounts.lifetime_revenue,
    accounts.open_deals,
    accounts.open_deal_amount,
    accounts.health_score,
    accounts.rests_on,
    accounts.usage_score,
    accounts.support_score,
    accounts.revenue_score,
    accounts.engagement_score,
    accounts.usage_reason,
    accounts.support_reason,
    accounts.revenue_reason,
    accounts.engagement_reason,
    accounts.risk_level,
    accounts.recommended_step,
    risk.risk_score,
    risk.flags_in_words as flags,
    accounts.user_count,
    accounts.events_28d,
    accounts.events_28d_before,
    accounts.tickets,
    accounts.open_tickets,
    accounts.escalated_tickets_90d,
    accounts.csat_answers_90d,
    accounts.csat_points_90d,
    accounts.days_since_login,
    accounts.renewal_date,
    accounts.churned_at,
    (
        select churn.reason
        from marts.customer_churn_analysis as churn
        where churn.account_id = accounts.account_id
        order by churn.episode_number desc
        limit 1
    ) as churn_reason
from marts.customer_360 as accounts
left join marts.churn_risk as risk on accounts.account_id = risk.account_id
where accounts.account_id = %(account)s
