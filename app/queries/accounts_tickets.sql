-- accounts by the tickets they opened on the days, or had open at the end of a day
select
    tickets.account_id,
    tickets.account_name,
    tickets.segment,
    tickets.region,
    count(*) as tickets,
    sum(tickets.open_tickets) as open_tickets,
    sum(tickets.first_response_met) as first_response_met,
    sum(tickets.first_response_breached) as first_response_breached,
    sum(tickets.resolution_met) as resolution_met,
    sum(tickets.resolution_breached) as resolution_breached,
    sum(tickets.escalated_tickets) as escalated_tickets,
    sum(tickets.csat_answers) as csat_answers,
    sum(tickets.csat_satisfied) as csat_satisfied
from marts.fct_tickets as tickets
where case
        when cast(%(open_on)s as date) is null then tickets.created_date between %(since)s and %(until)s
        else tickets.created_date <= %(open_on)s and coalesce(cast(tickets.resolved_at as date) > %(open_on)s, true)
    end
    and (
        case cast(%(state)s as text)
            when 'response' then tickets.first_response_met + tickets.first_response_breached > 0
            when 'resolution' then tickets.resolution_met + tickets.resolution_breached > 0
            when 'breached' then tickets.resolution_breached > 0
            when 'answered' then tickets.csat_answers > 0
            else true
        end
    )
    and (cast(%(priority)s as text) is null or tickets.priority = %(priority)s)
    and (cast(%(category)s as text) is null or tickets.category = %(category)s)
    and (cast(%(channel)s as text) is null or tickets.channel = %(channel)s)
    and (cast(%(root_cause)s as text) is null or tickets.root_cause_name = %(root_cause)s)
    and /* selection of tickets */ true
group by 1, 2, 3, 4
order by tickets desc
