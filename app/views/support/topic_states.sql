-- of the tickets of the selection: which have a topic, and what people said of them
select
    count(*) as tickets,
    count(topic) as scored,
    count(*) filter (where topic_state <> 'no text') as with_text,
    count(*) filter (where topic_state = 'unsure') as unsure,
    count(*) filter (where topic_state = 'not understood') as not_understood,
    count(*) filter (where topic_state = 'corrected') as corrected,
    count(*) filter (where topic_state = 'corrected' and topic = topic_guess) as confirmed
from marts.fct_tickets
where created_month between %(start)s and %(end)s
    and /* selection */ true
