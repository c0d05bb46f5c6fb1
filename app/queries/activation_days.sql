-- accounts whose first user came within the months: days to the activation event, or watched so far without it
select
    activation.account_id,
    accounts.account_name,
    activation.segment,
    activation.region,
    activation.acquisition_channel,
    activation.created_at as started_at,
    activation.activated_at,
    extract(epoch from coalesce(activation.activated_at, tower.as_of_at) - activation.created_at) / 86400 as duration_days,
    activation.activated_at is not null as is_activated
from marts.fct_activation_accounts as activation
cross join marts.dim_tower as tower
inner join marts.dim_account as accounts on activation.account_id = accounts.account_id
where activation.created_month between %(start)s and %(end)s
    and /* selection of activation */ true
order by activation.activated_at
