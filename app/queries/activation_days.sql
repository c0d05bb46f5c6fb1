-- accounts whose first user came within the months: days to the activation event, or watched so far without it
select
    segment,
    extract(epoch from coalesce(activated_at, tower.as_of_at) - created_at) / 86400 as duration_days,
    activated_at is not null as is_activated
from marts.fct_activation_accounts
cross join marts.dim_tower as tower
where created_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
order by array_position(array['SMB', 'Mid-Market', 'Enterprise'], cast(segment as text))
