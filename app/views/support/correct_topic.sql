-- set a ticket's topic right; the next build learns from it
insert into ops.topic_corrections (ticket_id, topic, guess, confidence, person)
select ticket_id, %(topic)s, topic_guess, topic_confidence, %(person)s
from marts.fct_tickets
where ticket_id = %(ticket)s
returning correction_id
