-- Defends health: no part leaves its scale, and the score is the weighted mean of the parts that are there to a rounding.
select *
from {{ ref('customer_health_scores') }}
where least(health_score, usage_score, support_score, revenue_score, engagement_score) < 0
    or greatest(health_score, usage_score, support_score, revenue_score, engagement_score) > 100
    or (health_score is null) <> (coalesce(usage_score, support_score, revenue_score, engagement_score) is null)
    or abs(
        health_score * (
            case when usage_score is null then 0 else 0.30 end + case when support_score is null then 0 else 0.20 end
            + case when revenue_score is null then 0 else 0.25 end + case when engagement_score is null then 0 else 0.25 end
        )
        - (
            0.30 * coalesce(usage_score, 0) + 0.20 * coalesce(support_score, 0)
            + 0.25 * coalesce(revenue_score, 0) + 0.25 * coalesce(engagement_score, 0)
        )
    ) > 0.05
