-- paying accounts that have cancelled all that they pay for, the largest first
select
    risk.account_id,
    risk.account_name,
    risk.segment,
    risk.mrr,
    risk.notice_date,
    risk.renewal_date,
    accounts.owner_name,
    risk.region
from marts.fct_churn_risk as risk
inner join marts.customer_360 as accounts on risk.account_id = accounts.account_id
where risk.churn_state = 'leaving'
    and /* selection of risk */ true
order by risk.mrr desc, risk.account_id
