-- work on each account on the days, and what is open there
select
    activities.account_id,
    coalesce(accounts.account_name, 'Without an account') as account_name,
    accounts.segment,
    accounts.region,
    max(accounts.owner_name) as owner_name,
    cast(sum(activities.activities) as bigint) as activities,
    cast(sum(activities.activities) filter (where activities.activity_type = 'meeting') as bigint) as meetings,
    cast(sum(activities.completed_activities) as bigint) as completed,
    cast(sum(activities.overdue_activities) as bigint) as overdue,
    cast(sum(activities.positive_activities) as bigint) as positive,
    cast(sum(activities.negative_activities) as bigint) as negative,
    max(activities.occurred_at) as last_activity_at,
    cast(max(accounts.current_mrr) as double precision) as mrr
from marts.fct_activities as activities
left join marts.dim_account as accounts on activities.account_id = accounts.account_id
where cast(activities.occurred_at as date) between %(since)s and %(until)s
    and (cast(%(rep)s as text[]) is null or activities.owner_id = any(%(rep)s))
    and (cast(%(activity_type)s as text) is null or activities.activity_type = %(activity_type)s)
    and (cast(%(sentiment)s as text) is null or activities.outcome_sentiment = %(sentiment)s)
    and (not coalesce(%(due)s, false) or activities.due_activities > 0)
    and /* selection of activities */ true
group by 1, 2, 3, 4
order by activities.account_id is null, activities desc
