-- deals closed within the range, with the work done on them before they closed
select
    deals.deal_id,
    deals.account_id,
    deals.deal_name,
    deals.segment,
    deals.region,
    deals.owner_name,
    deals.amount,
    deals.is_won,
    count(activities.activity_id) as activities,
    count(activities.activity_id) filter (where activities.activity_type = 'meeting') as meetings
from marts.fct_deals as deals
left join marts.fct_activities as activities
    on deals.deal_id = activities.deal_id
    and activities.completed_at < deals.closed_at
where deals.closed_month between %(start)s and %(end)s
    and (cast(%(rep)s as text[]) is null or deals.owner_id = any(%(rep)s))
    and not deals.is_renewal
    and /* selection of deals */ true
group by 1, 2, 3, 4, 5, 6, 7, 8
order by deals.amount desc
