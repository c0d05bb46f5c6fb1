-- no metric ranks scores: accounts by their months in a decile of the health score, as marts.health_lift ranks them, and whether churn followed within three months
with

ranked as (

    select
        health.account_id,
        health.snapshot_month,
        health.health_score,
        ntile(10) over (partition by health.segment, health.snapshot_month order by health.health_score, health.account_id) as score_decile
    from marts.customer_health_scores as health
    cross join marts.dim_tower as tower
    where health.snapshot_month + interval '3 months' <= tower.last_complete_month
        and health.health_score is not null
        and (cast(%(segment)s as text[]) is null or health.segment = any(%(segment)s))

)

select
    ranked.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    count(*) as customer_months,
    count(*) filter (
        where exists (
            select from marts.fct_revenue_monthly as revenue
            where revenue.account_id = ranked.account_id
                and revenue.revenue_month > ranked.snapshot_month
                and revenue.revenue_month <= ranked.snapshot_month + interval '3 months'
                and revenue.movement_type = 'churn'
        )
    ) as months_before_churn,
    min(ranked.health_score) as lowest_score,
    accounts.current_mrr
from ranked
inner join marts.dim_account as accounts on ranked.account_id = accounts.account_id
where ranked.score_decile = %(decile)s
group by 1, 2, 3, 4, accounts.current_mrr
order by months_before_churn desc, customer_months desc
