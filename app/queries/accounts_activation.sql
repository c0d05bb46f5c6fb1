-- accounts by their users that were created within the range and are old enough to judge
select
    users.account_id,
    accounts.account_name,
    users.segment,
    users.region,
    sum(users.eligible_users) as eligible_users,
    sum(users.activated_users) as activated_users
from marts.fct_activation as users
inner join marts.dim_account as accounts on users.account_id = accounts.account_id
where users.created_month between %(start)s and %(end)s
    and users.eligible_users > 0
    and /* selection of users */ true
group by 1, 2, 3, 4
order by sum(users.eligible_users - users.activated_users) desc, 5 desc
