-- accounts with product events on the days
select
    usage.account_id,
    accounts.account_name,
    usage.segment,
    usage.region,
    count(*) as active_days,
    max(usage.active_users) as users_on_busiest_day,
    sum(usage.events) as events,
    sum(usage.errors) as errors,
    max(usage.activity_date) as last_active_date
from marts.fct_usage as usage
inner join marts.dim_account as accounts on usage.account_id = accounts.account_id
where usage.activity_date between %(since)s and %(until)s
    and /* selection of usage */ true
group by 1, 2, 3, 4
having not coalesce(%(errors)s, false) or sum(usage.errors) > 0
order by case when %(errors)s then sum(usage.errors) else sum(usage.events) end desc
