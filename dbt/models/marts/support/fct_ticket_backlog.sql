{{ config(tags=['fact'], indexes=[{'columns': ['backlog_date', 'segment', 'region', 'acquisition_channel']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

),

dates as (

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

moves as (

    select segment, region, acquisition_channel, priority, created_date as move_date, 1 as opened, 0 as resolved
    from tickets
    union all
    select segment, region, acquisition_channel, priority, cast(resolved_at as date) as move_date, 0 as opened, 1 as resolved
    from tickets
    where resolved_at is not null

),

daily as (

    select segment, region, acquisition_channel, priority, move_date, sum(opened) as opened, sum(resolved) as resolved
    from moves
    group by 1, 2, 3, 4, 5

),

slices as (

    select distinct segment, region, acquisition_channel, priority
    from daily

),

-- every slice has a row on every day of the tickets
filled as (

    select segment, region, acquisition_channel, priority, move_date, opened, resolved, false as is_period_end
    from daily
    union all
    select
        slices.segment, slices.region, slices.acquisition_channel, slices.priority, dates.date_day, 0, 0,
        dates.is_month_end or dates.day_of_week = 7 or dates.date_day = as_of.as_of_date
    from slices
    cross join as_of
    cross join known
    inner join dates on dates.date_day between known.known_from and as_of.as_of_date

),

summed as (

    select
        segment, region, acquisition_channel, priority, move_date as date_day,
        sum(opened) as opened_tickets, sum(resolved) as resolved_tickets, bool_or(is_period_end) as is_period_end
    from filled
    group by 1, 2, 3, 4, 5

),

counted as (

    select
        summed.*,
        sum(opened_tickets - resolved_tickets) over (
            partition by segment, region, acquisition_channel, priority
            order by date_day
        ) as open_tickets
    from summed

)

select
    {{ row_key(['date_day', 'segment', 'region', 'acquisition_channel', 'priority']) }} as backlog_id,
    date_day as backlog_date,
    {{ month_of('date_day') }} as backlog_month,
    segment,
    region,
    acquisition_channel,
    priority,
    cast(open_tickets as bigint) as open_tickets,
    cast(opened_tickets as bigint) as opened_tickets,
    cast(resolved_tickets as bigint) as resolved_tickets,
    is_period_end
from counted
cross join known
-- what was opened before the window and still waits is in its first day's backlog; its days before are not shown;
-- days without a ticket add nothing to any sum, but the last day of each week and month stays, so that zero is seen
where counted.date_day >= known.known_from
    and (open_tickets > 0 or opened_tickets > 0 or resolved_tickets > 0 or is_period_end)
