-- Defends health: every month scores exactly the customers of the revenue bridge, with their MRR.
select revenue.account_id, revenue.revenue_month, health.account_id as scored_account_id
from (select * from {{ ref('fct_revenue_monthly') }} where ending_mrr > 0) as revenue
full outer join {{ ref('customer_health_scores') }} as health
    on revenue.account_id = health.account_id
        and revenue.revenue_month = health.snapshot_month
where revenue.account_id is null
    or health.account_id is null
    or revenue.ending_mrr <> health.mrr
