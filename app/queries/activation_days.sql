-- accounts whose first user came within the months: days to the activation event, or watched so far without it
select
    segment,
    extract(epoch from coalesce(activated_at, tower.as_of_at) - created_at) / 86400 as duration_days,
    activated_at is not null as is_activated
from marts.fct_activation_accounts
cross join marts.dim_tower as tower
where created_month between %(start)s and %(end)s
    and /* selection */ true
order by array_position(array['SMB', 'Mid-Market', 'Enterprise'], cast(segment as text))
