-- slice × day: users who enter and leave the windows of a day, a week, four weeks and the month; a person is in one account at a time, that of the latest day
with

user_days as (

    select * from {{ ref('int_user_days') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

-- a number for a slice makes the large sums cheap
sliced_accounts as (

    select
        account_id, segment, region, acquisition_channel,
        dense_rank() over (order by segment, region, acquisition_channel) as slice_number
    from accounts

),

spaced as (

    select
        sliced_accounts.slice_number,
        user_days.activity_date,
        lag(user_days.activity_date) over (partition by user_days.user_id order by user_days.activity_date) as previous_date,
        lead(user_days.activity_date) over (partition by user_days.user_id order by user_days.activity_date) as next_date
    from user_days
    inner join sliced_accounts on user_days.account_id = sliced_accounts.account_id
    where user_days.is_main

),

-- a user is in the window of n days from an active day until n days later or the next active day: nobody counts twice
moves as (

    select
        slice_number, activity_date as move_date, 1 as dau, 1 as week_users, 1 as four_week_users,
        {{ as_count("previous_date is null or previous_date < date_trunc('month', activity_date)") }} as month_users
    from spaced
    union all
    select slice_number, cast(least(next_date, activity_date + interval '7' day) as date), 0, -1, 0, 0
    from spaced
    union all
    select slice_number, cast(least(next_date, activity_date + interval '28' day) as date), 0, 0, -1, 0
    from spaced

),

daily_moves as (

    select
        slice_number, move_date,
        sum(dau) as dau, sum(week_users) as week_users, sum(four_week_users) as four_week_users, sum(month_users) as month_users
    from moves
    group by slice_number, move_date

),

slices as (

    select distinct slice_number, segment, region, acquisition_channel
    from sliced_accounts

)

select
    slices.segment,
    slices.region,
    slices.acquisition_channel,
    daily_moves.move_date,
    daily_moves.dau,
    daily_moves.week_users,
    daily_moves.four_week_users,
    daily_moves.month_users
from daily_moves
inner join slices on daily_moves.slice_number = slices.slice_number
