-- share that churned within three months after each score, by decile of the score within segment and month
select
    score_decile,
    sum(customer_months) as customer_months,
    sum(churned_within_3_months) as churned,
    cast(sum(churned_within_3_months) as double precision) / sum(customer_months) as churn_rate
from marts.health_lift
where cast(%(segment)s as text[]) is null or segment = any(%(segment)s)
group by 1
order by 1
