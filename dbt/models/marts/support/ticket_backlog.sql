{{ config(tags=['mart'], indexes=[{'columns': ['backlog_date', 'slice_name']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

-- the same days, looked up by index for each ticket
ticket_days as (

    select * from {{ ref('dim_date') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select {{ known_from('support.tickets') }} as known_from from loaded_sources

),

-- a reopened ticket counts as open from its opening to its last resolution: the data do not tell when it was closed in between
open_tickets as (

    select
        ticket_days.date_day,
        tickets.segment,
        tickets.region,
        tickets.acquisition_channel,
        tickets.priority,
        tickets.reopened_tickets,
        {{ days_between('tickets.created_at', "cast(ticket_days.date_day + interval '1' day as timestamp)") }} as age_days,
        {{ as_count("ticket_days.date_day + interval '1' day > tickets.resolution_due_at") }} as overdue
    from tickets
    cross join as_of
    inner join ticket_days
        on greatest(tickets.created_date, as_of.data_start_date) <= ticket_days.date_day
            and as_of.as_of_date >= ticket_days.date_day
            and coalesce(cast(tickets.resolved_at as date), cast(as_of.as_of_at as date)) > ticket_days.date_day

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

    select distinct segment, region, acquisition_channel, priority
    from sliced

),

-- every slice has a row on every day of the tickets
filled as (

    select
        date_day, segment, region, acquisition_channel, priority,
        open_tickets, overdue_tickets, reopened_tickets, age_days_p50, age_days_p90, age_days_max
    from sliced
    union all
    select
        dates.date_day, slices.segment, slices.region, slices.acquisition_channel, slices.priority,
        0, 0, 0, null, null, null
    from values_of_slices as slices
    cross join as_of
    cross join known
    inner join dates on dates.date_day between known.known_from and as_of.as_of_date

)

select
    {{ row_key(['date_day', 'segment', 'region', 'acquisition_channel', 'priority']) }} as backlog_id,
    date_day as backlog_date,
    {{ month_of('date_day') }} as backlog_month,
    case
        when segment <> 'All' then 'segment'
        when region <> 'All' then 'region'
        when acquisition_channel <> 'All' then 'acquisition_channel'
        when priority <> 'All' then 'priority'
        else 'everything'
    end as slice_name,
    segment,
    region,
    acquisition_channel,
    priority,
    max(open_tickets) as open_tickets,
    max(overdue_tickets) as overdue_tickets,
    max(reopened_tickets) as reopened_tickets,
    max(age_days_p50) as age_days_p50,
    max(age_days_p90) as age_days_p90,
    max(age_days_max) as age_days_max
from filled
group by date_day, segment, region, acquisition_channel, priority
