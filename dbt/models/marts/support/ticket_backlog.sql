{{ config(tags=['mart'], indexes=[{'columns': ['backlog_date', 'slice_name']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

days as (

    select
        dates.date_day,
        cast(dates.date_day + interval '1' day as timestamp) as ends_at
    from dates
    inner join as_of on dates.date_day between as_of.data_start_date and as_of.as_of_date

),

-- a reopened ticket counts as open from its opening to its last resolution: the data do not tell when it was closed in between
open_tickets as (

    select
        days.date_day,
        tickets.segment,
        tickets.region,
        tickets.acquisition_channel,
        tickets.priority,
        tickets.reopened_tickets,
        {{ days_between('tickets.created_at', 'days.ends_at') }} as age_days,
        {{ as_count("days.ends_at > tickets.created_at + tickets.resolution_target_hours * interval '1' hour") }} as overdue
    from tickets
    inner join days
        on tickets.created_date <= days.date_day
            and (tickets.resolved_at is null or cast(tickets.resolved_at as date) > days.date_day)

),

-- percentiles don't add up: each slice has its own, one dimension at a time
sliced as (

    select
        date_day,
        coalesce(segment, 'All') as segment,
        coalesce(region, 'All') as region,
        coalesce(acquisition_channel, 'All') as acquisition_channel,
        coalesce(priority, 'All') as priority,
        count(*) as open_tickets,
        sum(overdue) as overdue_tickets,
        sum(reopened_tickets) as reopened_tickets,
        percentile_cont(0.5) within group (order by age_days) as age_days_p50,
        percentile_cont(0.9) within group (order by age_days) as age_days_p90,
        max(age_days) as age_days_max
    from open_tickets
    group by grouping sets (
        (date_day), (date_day, segment), (date_day, region), (date_day, acquisition_channel), (date_day, priority)
    )

),

values_of_slices as (

    select distinct
        segment, region, acquisition_channel, priority,
        case
            when segment <> 'All' then 'segment'
            when region <> 'All' then 'region'
            when acquisition_channel <> 'All' then 'acquisition_channel'
            when priority <> 'All' then 'priority'
            else 'everything'
        end as slice_name
    from sliced

)

select
    {{ row_key(['days.date_day', 'values_of_slices.segment', 'values_of_slices.region', 'values_of_slices.acquisition_channel', 'values_of_slices.priority']) }} as backlog_id,
    days.date_day as backlog_date,
    {{ month_of('days.date_day') }} as backlog_month,
    values_of_slices.slice_name,
    values_of_slices.segment,
    values_of_slices.region,
    values_of_slices.acquisition_channel,
    values_of_slices.priority,
    coalesce(sliced.open_tickets, 0) as open_tickets,
    coalesce(sliced.overdue_tickets, 0) as overdue_tickets,
    coalesce(sliced.reopened_tickets, 0) as reopened_tickets,
    sliced.age_days_p50,
    sliced.age_days_p90,
    sliced.age_days_max
from days
cross join values_of_slices
left join sliced
    on days.date_day = sliced.date_day
        and values_of_slices.segment = sliced.segment
        and values_of_slices.region = sliced.region
        and values_of_slices.acquisition_channel = sliced.acquisition_channel
        and values_of_slices.priority = sliced.priority
