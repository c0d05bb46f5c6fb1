-- Does what lies open grow older? The backlog at the end of each month by priority, and its age.
select
    ticket_backlog.backlog_date,
    ticket_backlog.priority,
    ticket_backlog.open_tickets,
    ticket_backlog.overdue_tickets,
    ticket_backlog.age_days_p50,
    ticket_backlog.age_days_p90
from {{ ref('ticket_backlog') }} as ticket_backlog
inner join {{ ref('dim_date') }} as dates on ticket_backlog.backlog_date = dates.date_day
where dates.is_month_end
    and ticket_backlog.slice_name = 'priority'
order by ticket_backlog.backlog_date, ticket_backlog.priority
