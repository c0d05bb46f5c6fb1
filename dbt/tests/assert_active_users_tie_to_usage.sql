-- Defends active users: on every day and slice as many as the usage of accounts says, and the new faces of a month of the data are the different users of its accounts.
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

usage_days as (

    select activity_date, segment, region, acquisition_channel, sum(active_users) as user_count
    from {{ ref('fct_usage') }}
    group by activity_date, segment, region, acquisition_channel

),

daily as (

    select active.activity_date, active.segment, active.region, active.acquisition_channel
    from {{ ref('active_users') }} as active
    left join usage_days
        on active.activity_date = usage_days.activity_date
            and active.segment = usage_days.segment
            and active.region = usage_days.region
            and active.acquisition_channel = usage_days.acquisition_channel
    where active.dau <> coalesce(usage_days.user_count, 0)

),

faces as (

    select {{ month_of('days.activity_date') }} as activity_month, count(distinct {{ row_key(['days.user_id', 'days.account_id']) }}) as user_count
    from {{ ref('int_user_days') }} as days
    inner join as_of on days.activity_date >= as_of.first_month
    group by {{ month_of('days.activity_date') }}

),

counted as (

    select activity_month, sum(new_users_of_month) as user_count
    from {{ ref('active_users') }}
    group by activity_month

)

select cast(activity_date as varchar(255)) as wrong
from daily
union all
select cast(faces.activity_month as varchar(255)) as wrong
from faces
left join counted on faces.activity_month = counted.activity_month
where faces.user_count <> coalesce(counted.user_count, 0)
