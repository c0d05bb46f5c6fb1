-- everything that happened to the account within the months, the newest first
select occurred_at, kind, title, amount
from marts.account_timeline
where account_id = %(account)s
    and occurred_at >= %(since)s
    and occurred_at < cast(%(end)s as date) + interval '1 month'
order by occurred_at desc
