-- work of the range on each account, and what is open there
select
    activities.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    max(accounts.owner_name) as owner_name,
    cast(sum(activities.activities) as bigint) as activities,
    cast(sum(activities.activities) filter (where activities.activity_type = 'meeting') as bigint) as meetings,
    cast(sum(activities.overdue_activities) as bigint) as overdue,
    cast(sum(activities.positive_activities) as bigint) as positive,
    cast(sum(activities.negative_activities) as bigint) as negative,
    max(activities.occurred_at) as last_activity_at,
    cast(max(accounts.current_mrr) as double precision) as mrr
from marts.fct_activities as activities
inner join marts.dim_account as accounts on activities.account_id = accounts.account_id
where activities.activity_month between %(start)s and %(end)s
    and (cast(%(rep)s as text[]) is null or activities.owner_id = any(%(rep)s))
    and /* selection of activities */ true
group by 1, 2, 3, 4
order by activities desc
