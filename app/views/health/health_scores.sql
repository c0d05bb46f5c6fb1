-- the health of each paying account at the end of the range, where it has one
select account_id, segment, health_tier, health_score, mrr
from marts.customer_health_scores
where snapshot_month = %(end)s
    and health_score is not null
    and /* selection */ true
