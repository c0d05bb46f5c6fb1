-- activities of the range by week, kind and how they went
select
    cast(date_trunc('week', occurred_at) as date) as week,
    activity_type,
    outcome_sentiment,
    cast(sum(activities) as bigint) as activities,
    cast(sum(completed_activities) as bigint) as completed,
    cast(sum(due_activities) as bigint) as due
from marts.fct_activities
where activity_month between %(start)s and %(end)s
    and (cast(%(rep)s as text[]) is null or owner_id = any(%(rep)s))
    and /* selection */ true
group by 1, 2, 3
order by 1
