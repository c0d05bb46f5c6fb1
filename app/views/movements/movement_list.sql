-- every movement of the range, one per account and month
select
    revenue.revenue_month as month,
    revenue.account_id,
    accounts.account_name,
    revenue.segment,
    revenue.region,
    revenue.acquisition_channel,
    revenue.movement_type as movement,
    cast(revenue.starting_mrr as double precision) as mrr_before,
    cast(revenue.ending_mrr as double precision) as mrr_after,
    cast(revenue.ending_mrr - revenue.starting_mrr as double precision) as change,
    revenue.churn_reason as reason
from marts.fct_revenue_monthly as revenue
inner join marts.dim_account as accounts on revenue.account_id = accounts.account_id
where revenue.revenue_month between %(start)s and %(end)s
    and revenue.movement_type <> 'none'
    and (cast(%(movement)s as text[]) is null or revenue.movement_type = any(%(movement)s))
    and /* selection of revenue */ true
order by abs(revenue.ending_mrr - revenue.starting_mrr) desc
