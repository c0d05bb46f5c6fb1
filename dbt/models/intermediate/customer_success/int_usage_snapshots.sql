-- account × month end: what its users did in the 28 days before, in the 28 before those, and in 90
with

events as (

    select * from {{ ref('stg_product__events') }}

),

months as (

    select * from {{ ref('int_months') }}

),

dates as (

    select * from {{ ref('dim_date') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- one row per day and month end that looks back on it, so that events join by equality
looks_back as (

    select
        dates.date_day,
        months.month_start as snapshot_month,
        dates.date_day >= cast(months.ends_at - interval '28' day as date) as is_recent,
        dates.date_day < cast(months.ends_at - interval '28' day as date) and dates.date_day >= cast(months.ends_at - interval '56' day as date) as is_before
    from months
    inner join dates
        on dates.date_day < cast(months.ends_at as date)
            and dates.date_day >= cast(months.ends_at - interval '90' day as date)
    where not months.is_opening

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

-- by user first and then by account: cheaper than counting distinct users
user_windows as (

    select
        user_days.account_id,
        looks_back.snapshot_month,
        user_days.user_id,
        count(*) filter (where looks_back.is_recent) as user_days_28d,
        coalesce(sum(user_days.events) filter (where looks_back.is_recent), 0) as events_28d,
        coalesce(sum(user_days.events) filter (where looks_back.is_before), 0) as events_28d_before,
        sum(user_days.events) as events_90d
    from user_days
    inner join looks_back on user_days.activity_date = looks_back.date_day
    group by 1, 2, 3

),

feature_windows as (

    select
        events.account_id,
        looks_back.snapshot_month,
        events.feature_id
    from events
    cross join as_of
    inner join looks_back on events.occurred_date = looks_back.date_day
    where events.occurred_at < as_of.as_of_at
        and looks_back.is_recent
        and events.feature_id is not null
    group by 1, 2, 3

),

features as (

    select
        account_id,
        snapshot_month,
        count(*) as features_28d
    from feature_windows
    group by account_id, snapshot_month

),

volume as (

    select
        account_id,
        snapshot_month,
        sum(events_28d) as events_28d,
        sum(events_28d_before) as events_28d_before,
        sum(events_90d) as events_90d,
        count(*) filter (where user_days_28d > 0) as active_users_28d,
        sum(user_days_28d) as user_days_28d
    from user_windows
    group by account_id, snapshot_month

)

select
    volume.account_id,
    volume.snapshot_month,
    cast(volume.events_28d as bigint) as events_28d,
    cast(volume.events_28d_before as bigint) as events_28d_before,
    cast(volume.events_90d as bigint) as events_90d,
    volume.active_users_28d,
    coalesce(features.features_28d, 0) as features_28d,
    cast(volume.user_days_28d as bigint) as user_days_28d
from volume
left join features
    on volume.account_id = features.account_id
        and volume.snapshot_month = features.snapshot_month
