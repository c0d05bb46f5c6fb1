-- Defends the bridge: start + new + reactivation + expansion - contraction - churn = end, to the cent, per account and month.
select *
from {{ ref('fct_revenue_monthly') }}
where starting_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr <> ending_mrr
