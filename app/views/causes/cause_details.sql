-- tickets opened within the months by root cause: what is open, how long, in which release most came
with

counted as (

    select
        root_cause_name,
        max(root_cause_severity) as severity,
        sum(open_tickets) as open_tickets,
        cast(sum(open_tickets) as double precision) / count(*) as open_share,
        avg(resolution_hours) as resolution_mean_hours,
        mode() within group (order by release_version) as main_release
    from marts.fct_tickets
    where created_month between %(start)s and %(end)s
        and /* selection */ true
        and (cast(%(category)s as text) is null or category = %(category)s)
    group by 1

)

select
    counted.root_cause_name,
    counted.severity,
    counted.open_tickets,
    counted.open_share,
    counted.resolution_mean_hours,
    counted.main_release,
    cast(count(*) filter (where tickets.release_version = counted.main_release) as double precision)
    / nullif(count(tickets.release_version), 0) as release_share
from counted
inner join marts.fct_tickets as tickets on counted.root_cause_name = tickets.root_cause_name
where tickets.created_month between %(start)s and %(end)s
    and /* selection of tickets */ true
    and (cast(%(category)s as text) is null or tickets.category = %(category)s)
group by 1, 2, 3, 4, 5, 6
