-- paying accounts that have not announced that they leave, by what may be lost within 90 days
select
    risk.account_id,
    risk.account_name,
    risk.segment,
    risk.churn_probability,
    risk.mrr,
    risk.expected_loss,
    concat_ws(', ', risk.reason_1, risk.reason_2, risk.reason_3) as reasons,
    risk.segment_churn_rate,
    signs.recommended_step,
    signs.flags_in_words as flags,
    risk.renewal_date,
    accounts.owner_name,
    risk.region,
    risk.churn_basis
from marts.fct_churn_risk as risk
inner join marts.churn_risk as signs on risk.account_id = signs.account_id
inner join marts.customer_360 as accounts on risk.account_id = accounts.account_id
where risk.churn_state = 'scored'
    and /* selection of risk */ true
order by risk.expected_loss desc, risk.account_id
