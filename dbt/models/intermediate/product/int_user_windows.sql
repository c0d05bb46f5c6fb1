-- user × month: the account where a user of the four weeks before the month's end counts, that of the latest day
with

user_days as (

    select * from {{ ref('int_user_days') }}

),

lookback_days as (

    select * from {{ ref('int_lookback_days') }}

),

numbered as (

    select
        user_days.user_id,
        lookback_days.month_start as usage_month,
        user_days.account_id,
        row_number() over (
            partition by lookback_days.month_start, user_days.user_id
            order by user_days.activity_date desc
        ) as days_later
    from user_days
    inner join lookback_days on user_days.activity_date = lookback_days.date_day
    where user_days.is_main
        and lookback_days.days_back <= 28

)

select
    user_id,
    usage_month,
    account_id
from numbered
where days_later = 1
