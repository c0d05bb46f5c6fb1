-- open tickets at the end of each day
select backlog_date, sum(open_tickets) as open_tickets
from marts.fct_ticket_backlog
where backlog_month between %(start)s and %(end)s
    and /* selection */ true
group by 1
order by 1
