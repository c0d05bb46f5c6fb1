-- Defends risk: it judges exactly the paying accounts, and MRR at risk is that of the high and critical ones.
select accounts.account_id
from (select * from {{ ref('dim_account') }} where is_active_customer) as accounts
full outer join {{ ref('churn_risk') }} as risks on accounts.account_id = risks.account_id
where accounts.account_id is null
    or risks.account_id is null
    or accounts.current_mrr <> risks.mrr
    or risks.mrr_at_risk <> case when risks.risk_level in ('high', 'critical') then risks.mrr else 0 end
