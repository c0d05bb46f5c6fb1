-- open tickets on the as-of date and their age
select
    priority,
    count(*) as open_tickets,
    sum(open_and_breached) as past_target,
    percentile_cont(0.5) within group (order by age_hours) / 24 as age_p50_days,
    percentile_cont(0.9) within group (order by age_hours) / 24 as age_p90_days
from marts.fct_tickets
where is_open
    and /* selection */ true
group by 1
order by array_position(array['urgent', 'high', 'normal', 'low'], cast(priority as text))
