-- MRR and its movement by month
select
    revenue_month,
    movement_type,
    starting_mrr,
    new_mrr,
    reactivation_mrr,
    expansion_mrr,
    -contraction_mrr as contraction_mrr,
    -churned_mrr as churned_mrr,
    fx_mrr,
    ending_mrr
from marts.fct_revenue_monthly
where account_id = %(account)s
    and revenue_month between %(since)s and %(end)s
order by revenue_month
