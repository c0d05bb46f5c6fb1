-- the accounts whose MRR changed most over the range
select
    revenue.account_id,
    accounts.account_name,
    revenue.segment,
    revenue.region,
    revenue.acquisition_channel,
    sum(revenue.new_mrr + revenue.reactivation_mrr) as won,
    sum(revenue.expansion_mrr) as expansion,
    sum(-revenue.contraction_mrr) as contraction,
    sum(-revenue.churned_mrr) as churn,
    sum(revenue.ending_mrr - revenue.starting_mrr) as change
from marts.fct_revenue_monthly as revenue
inner join marts.dim_account as accounts on revenue.account_id = accounts.account_id
where revenue.revenue_month between %(start)s and %(end)s
    and /* selection of revenue */ true
group by 1, 2, 3, 4, 5
having sum(revenue.ending_mrr - revenue.starting_mrr) <> 0
order by abs(sum(revenue.ending_mrr - revenue.starting_mrr)) desc
limit 50
