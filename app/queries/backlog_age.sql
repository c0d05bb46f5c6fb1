-- open tickets on the as-of date and their age
select
    priority,
    count(*) as open_tickets,
    sum(open_and_breached) as past_target,
    percentile_cont(0.5) within group (order by age_hours) / 24 as age_p50_days,
    percentile_cont(0.9) within group (order by age_hours) / 24 as age_p90_days
from marts.fct_tickets
where is_open
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
order by array_position(array['urgent', 'high', 'normal', 'low'], cast(priority as text))
