-- the health of each paying account at the end of the range
select account_id, segment, health_tier, health_score, mrr
from marts.customer_health_scores
where snapshot_month = %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
