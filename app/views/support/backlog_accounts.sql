-- the backlog metric counts tickets by slice, not by account: accounts by the tickets they had open at the end of a day
select
    account_id,
    account_name,
    segment,
    region,
    count(*) as tickets,
    sum(open_and_breached) as open_and_breached,
    min(created_at) as oldest_opened_at
from marts.fct_tickets
where created_date <= %(open_on)s
    and coalesce(cast(resolved_at as date) > %(open_on)s, true)
    and (cast(%(priority)s as text) is null or priority = %(priority)s)
    and /* selection */ true
group by 1, 2, 3, 4
order by tickets desc
