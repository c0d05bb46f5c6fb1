-- users on the as-of date; nothing that names them
select user_id, role, has_activated, last_active_date, last_login_date, days_since_login, active_days_28d, created_at
from marts.dim_user
where account_id = %(account)s
order by active_days_28d desc, last_active_date desc nulls last, user_id
