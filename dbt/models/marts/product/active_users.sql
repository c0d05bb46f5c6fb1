{{ config(tags=['mart'], indexes=[{'columns': ['activity_date', 'segment', 'region', 'acquisition_channel']}]) }}

with

moves as (

    select * from {{ ref('int_user_moves') }}

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

    select {{ known_from('product.events') }} as known_from from loaded_sources

),

slices as (

    select distinct segment, region, acquisition_channel
    from moves

),

-- every slice with users has a row on every day of the events
filled as (

    select
        moves.segment, moves.region, moves.acquisition_channel, moves.move_date,
        moves.dau, moves.week_users, moves.four_week_users, moves.month_users
    from moves
    cross join as_of
    where moves.move_date <= as_of.as_of_date
    union all
    select slices.segment, slices.region, slices.acquisition_channel, dates.date_day, 0, 0, 0, 0
    from slices
    cross join as_of
    cross join known
    inner join dates on dates.date_day between known.known_from and as_of.as_of_date

),

daily as (

    select
        segment, region, acquisition_channel, move_date,
        sum(dau) as dau, sum(week_users) as week_users, sum(four_week_users) as four_week_users, sum(month_users) as month_users
    from filled
    group by segment, region, acquisition_channel, move_date

),

running as (

    select
        segment, region, acquisition_channel, move_date, dau, month_users,
        sum(week_users) over slice_days as wau,
        sum(four_week_users) over slice_days as mau
    from daily
    window slice_days as (
        partition by segment, region, acquisition_channel
        order by move_date
    )

),

month_lengths as (

    select dates.month_start, count(*) as days_in_month
    from dates
    cross join as_of
    inner join known on dates.date_day between known.known_from and as_of.as_of_date
    group by dates.month_start

)

select
    {{ row_key(['running.move_date', 'running.segment', 'running.region', 'running.acquisition_channel']) }} as active_users_id,
    running.segment,
    running.region,
    running.acquisition_channel,
    running.move_date as activity_date,
    dates.month_start as activity_month,
    cast(running.dau as bigint) as dau,
    cast(running.wau as bigint) as wau,
    cast(running.mau as bigint) as mau,
    cast(running.month_users as bigint) as new_users_of_month,
    cast(running.month_users * month_lengths.days_in_month as bigint) as month_user_days,
    running.move_date >= known.known_from + interval '6' day as has_full_week,
    running.move_date >= known.known_from + interval '27' day as has_four_full_weeks
from running
inner join dates on running.move_date = dates.date_day
inner join month_lengths on dates.month_start = month_lengths.month_start
cross join known
