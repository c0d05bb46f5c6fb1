-- product use by week; a week with none has no row
select
    cast(date_trunc('week', activity_date) as date) as week,
    sum(events) as events,
    sum(logins) as logins,
    sum(feature_uses) as feature_uses,
    sum(exports) as exports,
    sum(invites) as invites,
    sum(errors) as errors,
    max(active_users) as peak_users,
    max(features_used) as features
from marts.fct_usage
where account_id = %(account)s
    and activity_month between %(since)s and %(end)s
group by 1
order by 1
