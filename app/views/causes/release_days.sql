-- tickets and errors by day around a release: four weeks before it, eight after
select
    cast(days.day as date) as day,
    coalesce(tickets.tickets, 0) as tickets,
    coalesce(tickets.technical, 0) as technical,
    coalesce(usage.errors, 0) as errors
from generate_series(cast(%(released)s as date) - interval '28 days', cast(%(released)s as date) + interval '55 days', interval '1 day') as days (day)
cross join marts.dim_tower as tower
left join (
    select created_date, count(*) as tickets, count(*) filter (where is_technical) as technical
    from marts.fct_tickets
    where created_date between cast(%(released)s as date) - 28 and cast(%(released)s as date) + 55
        and /* selection */ true
    group by 1
) as tickets on days.day = tickets.created_date
left join (
    select activity_date, sum(errors) as errors
    from marts.fct_usage
    where activity_date between cast(%(released)s as date) - 28 and cast(%(released)s as date) + 55
        and /* selection */ true
    group by 1
) as usage on days.day = usage.activity_date
where days.day between tower.data_start_date and tower.as_of_date
order by 1
