-- Defends the backlog: what is open at the end of the last day are the open tickets.
with

last_day as (

    select coalesce(sum(backlog.open_tickets), 0) as n
    from {{ ref('fct_ticket_backlog') }} as backlog
    inner join {{ ref('int_as_of') }} as as_of on backlog.backlog_date = as_of.as_of_date

),

tickets as (

    select coalesce(sum(open_tickets), 0) as n
    from {{ ref('fct_tickets') }}

)

select *
from last_day
cross join tickets
where last_day.n <> tickets.n
