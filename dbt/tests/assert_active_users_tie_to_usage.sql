-- Defends active users: on every day and slice as many as the usage of accounts says; in the company a person counts once a day, a week, four weeks and a month.
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

user_days as (

    select days.user_id, days.activity_date
    from {{ ref('int_user_days') }} as days
    inner join as_of on days.activity_date >= as_of.first_month

),

usage_days as (

    select activity_date, segment, region, acquisition_channel, sum(active_users) as user_count
    from {{ ref('fct_usage') }}
    group by activity_date, segment, region, acquisition_channel

),

daily as (

    select active.activity_date
    from {{ ref('active_users') }} as active
    left join usage_days
        on active.activity_date = usage_days.activity_date
            and active.segment = usage_days.segment
            and active.region = usage_days.region
            and active.acquisition_channel = usage_days.acquisition_channel
    where active.dau <> coalesce(usage_days.user_count, 0)

),

different as (

    select 'day' as span, activity_date as span_start, count(distinct user_id) as user_count
    from user_days
    group by activity_date
    union all
    select 'month' as span, {{ month_of('activity_date') }} as span_start, count(distinct user_id) as user_count
    from user_days
    group by {{ month_of('activity_date') }}
    union all
    select
        'weeks to' as span, as_of.as_of_date as span_start,
        count(distinct days.user_id) filter (where days.activity_date > as_of.as_of_date - interval '7' day)
        + count(distinct days.user_id) as user_count
    from {{ ref('int_user_days') }} as days
    inner join as_of on days.activity_date > as_of.as_of_date - interval '28' day
    group by as_of.as_of_date

),

counted as (

    select 'day' as span, activity_date as span_start, sum(dau) as user_count
    from {{ ref('active_users') }}
    group by activity_date
    union all
    select 'month' as span, activity_month as span_start, sum(new_users_of_month) as user_count
    from {{ ref('active_users') }}
    group by activity_month
    union all
    select 'weeks to' as span, active.activity_date as span_start, sum(active.wau + active.mau) as user_count
    from {{ ref('active_users') }} as active
    inner join as_of on active.activity_date = as_of.as_of_date
    group by active.activity_date

)

select 'slice of day ' || cast(activity_date as varchar(255)) as wrong
from daily
union all
select different.span || ' ' || cast(different.span_start as varchar(255)) as wrong
from different
left join counted
    on different.span = counted.span
        and different.span_start = counted.span_start
where different.user_count <> coalesce(counted.user_count, 0)
