-- Defends health: no part leaves its scale, and the score is the weighted mean of its parts to a rounding.
select *
from {{ ref('customer_health_scores') }}
where least(health_score, usage_score, support_score, revenue_score, engagement_score) < 0
    or greatest(health_score, usage_score, support_score, revenue_score, engagement_score) > 100
    or abs(health_score - (0.30 * usage_score + 0.20 * support_score + 0.25 * revenue_score + 0.25 * engagement_score)) > 0.05
