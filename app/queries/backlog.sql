-- open tickets at the end of each day
select backlog_date, sum(open_tickets) as open_tickets
from marts.fct_ticket_backlog
where backlog_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
order by 1
