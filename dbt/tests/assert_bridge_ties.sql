-- Defends the bridge: start + new + reactivation + expansion - contraction - churn + fx = end, to the cent, per account and month.
select *
from {{ ref('fct_revenue_monthly') }}
where starting_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr + coalesce(fx_mrr, 0) <> ending_mrr
