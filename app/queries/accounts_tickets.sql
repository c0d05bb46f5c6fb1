-- accounts by the tickets they opened within the range
select
    tickets.account_id,
    tickets.account_name,
    tickets.segment,
    tickets.region,
    count(*) as tickets,
    sum(tickets.open_tickets) as open_tickets,
    sum(tickets.first_response_breached) as first_response_breached,
    sum(tickets.resolution_breached) as resolution_breached,
    sum(tickets.escalated_tickets) as escalated_tickets,
    sum(tickets.csat_answers) as csat_answers
from marts.fct_tickets as tickets
where tickets.created_month between %(start)s and %(end)s
    and (cast(%(week)s as date) is null or tickets.created_date between %(week)s and cast(%(week)s as date) + 6)
    and (
        case cast(%(state)s as text)
            when 'response' then tickets.first_response_met + tickets.first_response_breached > 0
            when 'resolution' then tickets.resolution_met + tickets.resolution_breached > 0
            when 'answered' then tickets.csat_answers > 0
            else true
        end
    )
    and (cast(%(priority)s as text) is null or tickets.priority = %(priority)s)
    and (cast(%(category)s as text) is null or tickets.category = %(category)s)
    and (cast(%(root_cause)s as text) is null or tickets.root_cause_name = %(root_cause)s)
    and /* selection of tickets */ true
group by 1, 2, 3, 4
order by tickets desc
