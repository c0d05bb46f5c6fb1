{{ config(indexes=[{'columns': ['service_date'], 'unique': true}]) }}

-- from many years before the as-of date, as old as a ticket may be, to three after it, as far as a promise may reach
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

numbers as (

    select * from {{ ref('int_numbers') }}

),

hours as (

    select * from {{ ref('stg_company__service_hours') }}

),

holidays as (

    select * from {{ ref('stg_company__holidays') }}

),

days as (

    select cast(as_of.as_of_date + (numbers.n - 8904) * interval '1' day as date) as service_date
    from as_of
    cross join numbers

),

-- on a day without service it ends as it begins, at midnight
walls as (

    select
        days.service_date,
        cast(days.service_date + coalesce(hours.opens_minute, 0) * interval '1' minute as timestamp) as opens_on_wall,
        cast(days.service_date + coalesce(hours.closes_minute, 0) * interval '1' minute as timestamp) as closes_on_wall
    from days
    left join holidays on days.service_date = holidays.holiday_date
    left join hours
        on hours.weekday = cast(days.service_date - cast(date_trunc('week', days.service_date) as date) as integer) + 1
            and holidays.holiday_date is null

),

instants as (

    select
        service_date,
        {{ utc_time('cast(service_date as timestamp)') }} as begins_at,
        {{ utc_time('opens_on_wall') }} as opens_at,
        {{ utc_time('closes_on_wall') }} as closes_at
    from walls

),

-- a day that the zone skipped is none: it ends as it begins, before the next; skipped hours may be over before they begin
spans as (

    select
        service_date,
        case when cast({{ local_time('opens_at') }} as date) = service_date then opens_at else begins_at end as opens_at,
        case
            when cast({{ local_time('opens_at') }} as date) = service_date then greatest(opens_at, closes_at)
            else begins_at
        end as closes_at
    from instants

),

clocked as (

    select
        spans.*,
        cast(sum({{ micros_between('opens_at', 'closes_at') }}) over (
            order by service_date
            rows between unbounded preceding and current row
        ) as bigint) as clock_after,
        {{ micros_between('opens_at', 'closes_at') }} as service_micros
    from spans

)

select
    service_date,
    opens_at,
    closes_at,
    -- an hour after a repeated midnight is still the day's before
    lag(closes_at) over (order by service_date) as previous_closes_at,
    clock_after - service_micros as clock_before,
    clock_after
from clocked
