-- open tickets on the as-of date and their age
select
    tickets.priority,
    count(*) as open_tickets,
    sum(open_and_breached) as past_target,
    percentile_cont(0.5) within group (order by age_hours) / 24 as age_p50_days,
    percentile_cont(0.9) within group (order by age_hours) / 24 as age_p90_days
from marts.fct_tickets as tickets
left join marts.dim_word as words on words.kind = 'ticket_priority' and tickets.priority = words.value
where tickets.is_open
    and /* selection of tickets */ true
group by tickets.priority
order by min(words.position)
