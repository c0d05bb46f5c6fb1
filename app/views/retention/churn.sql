-- accounts that churned within the range
select churn_month, account_id, account_name, segment, region, acquisition_channel, reason, churned_mrr, tenure_months, is_activated, feedback_text, churned_at
from marts.fct_churn
where churn_month between %(start)s and %(end)s
    and /* selection */ true
order by churned_mrr desc
