-- Defends both backlogs: counting opened less resolved and looking at each day's open tickets give the same, for every value of every dimension.
with

running as (

    select backlog_date, segment, region, acquisition_channel, priority, open_tickets
    from {{ ref('fct_ticket_backlog') }}

),

rolled as (

    select
        backlog_date,
        coalesce(segment, 'All') as segment,
        coalesce(region, 'All') as region,
        coalesce(acquisition_channel, 'All') as acquisition_channel,
        coalesce(priority, 'All') as priority,
        sum(open_tickets) as open_tickets
    from running
    group by grouping sets (
        (backlog_date), (backlog_date, segment), (backlog_date, region), (backlog_date, acquisition_channel), (backlog_date, priority)
    )

)

select aged.backlog_id
from {{ ref('ticket_backlog') }} as aged
left join rolled
    on aged.backlog_date = rolled.backlog_date
        and aged.segment = rolled.segment
        and aged.region = rolled.region
        and aged.acquisition_channel = rolled.acquisition_channel
        and aged.priority = rolled.priority
where aged.open_tickets <> coalesce(rolled.open_tickets, 0)
