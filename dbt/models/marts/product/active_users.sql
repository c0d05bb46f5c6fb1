{{ config(tags=['mart'], indexes=[{'columns': ['activity_date', 'segment', 'region', 'acquisition_channel']}]) }}

with

user_days as (

    select * from {{ ref('int_user_days') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

spaced as (

    select
        user_days.user_id,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        user_days.activity_date,
        lag(user_days.activity_date) over (partition by user_days.user_id order by user_days.activity_date) as previous_date,
        lead(user_days.activity_date) over (partition by user_days.user_id order by user_days.activity_date) as next_date
    from user_days
    inner join accounts on user_days.account_id = accounts.account_id

),

-- a user is in the window of n days from an active day until n days later or the next active day: nobody counts twice
moves as (

    select
        segment, region, acquisition_channel, activity_date as move_date,
        1 as dau, 1 as week_users, 1 as four_week_users,
        {{ as_count("previous_date is null or previous_date < date_trunc('month', activity_date)") }} as month_users
    from spaced
    union all
    select
        segment, region, acquisition_channel, cast(least(next_date, activity_date + interval '7' day) as date) as move_date,
        0 as dau, -1 as week_users, 0 as four_week_users, 0 as month_users
    from spaced
    union all
    select
        segment, region, acquisition_channel, cast(least(next_date, activity_date + interval '28' day) as date) as move_date,
        0 as dau, 0 as week_users, -1 as four_week_users, 0 as month_users
    from spaced

),

daily as (

    select
        segment, region, acquisition_channel, move_date,
        sum(dau) as dau, sum(week_users) as week_users, sum(four_week_users) as four_week_users, sum(month_users) as month_users
    from moves
    group by segment, region, acquisition_channel, move_date

),

slices as (

    select distinct segment, region, acquisition_channel
    from daily

),

calendar as (

    select
        dates.date_day,
        dates.month_start,
        dates.date_day >= as_of.data_start_date + interval '6' day as has_full_week,
        dates.date_day >= as_of.data_start_date + interval '27' day as has_four_full_weeks,
        count(*) over (partition by dates.month_start) as days_in_month
    from dates
    inner join as_of on dates.date_day between as_of.data_start_date and as_of.as_of_date

)

select
    {{ row_key(['calendar.date_day', 'slices.segment', 'slices.region', 'slices.acquisition_channel']) }} as active_users_id,
    slices.segment,
    slices.region,
    slices.acquisition_channel,
    calendar.date_day as activity_date,
    calendar.month_start as activity_month,
    cast(coalesce(daily.dau, 0) as bigint) as dau,
    cast(sum(coalesce(daily.week_users, 0)) over slice_days as bigint) as wau,
    cast(sum(coalesce(daily.four_week_users, 0)) over slice_days as bigint) as mau,
    cast(coalesce(daily.month_users, 0) as bigint) as new_users_of_month,
    cast(coalesce(daily.month_users, 0) * calendar.days_in_month as bigint) as month_user_days,
    calendar.has_full_week,
    calendar.has_four_full_weeks
from calendar
cross join slices
left join daily
    on calendar.date_day = daily.move_date
        and slices.segment = daily.segment
        and slices.region = daily.region
        and slices.acquisition_channel = daily.acquisition_channel
window slice_days as (
    partition by slices.segment, slices.region, slices.acquisition_channel
    order by calendar.date_day
)
