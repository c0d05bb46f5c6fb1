-- root causes of the tickets opened in the four weeks from a release on, beside the four weeks before
select
    root_cause_name,
    count(*) filter (where created_date >= %(released)s) as after,
    count(*) filter (where created_date < %(released)s) as before,
    sum(open_tickets) filter (where created_date >= %(released)s) as still_open
from marts.fct_tickets
where created_date between cast(%(released)s as date) - 28 and cast(%(released)s as date) + 27
    and /* selection */ true
group by 1
order by 2 desc
