-- every topic that a ticket has, or might have
select topic_guess as topic
from marts.fct_tickets
where topic_guess is not null
union
select topic_runner_up
from marts.fct_tickets
where topic_runner_up is not null
order by 1
