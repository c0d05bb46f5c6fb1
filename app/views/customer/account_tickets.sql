-- tickets opened within the months, the newest first, with the promise kept or not
select ticket_id, created_at, priority, category, subject, root_cause_name, first_response_state, resolution_state, resolution_hours, is_open, is_escalated, csat_score
from marts.fct_tickets
where account_id = %(account)s
    and created_month between %(since)s and %(end)s
order by created_at desc
