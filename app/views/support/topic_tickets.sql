-- tickets of one topic, or without one, the least sure first
select
    account_id,
    account_name,
    created_date,
    subject,
    category,
    topic,
    topic_guess,
    topic_confidence,
    topic_runner_up,
    ticket_id
from marts.fct_tickets
where created_month between %(start)s and %(end)s
    and /* selection */ true
    and topic = %(topic)s
order by topic_confidence nulls last, created_date desc, ticket_id
limit 100
