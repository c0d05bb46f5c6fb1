-- account × month end: what its users did in the 28 days before, in the 28 before those, and in 90
with

feature_windows as (

    select * from {{ ref('int_feature_windows') }}

),

lookback_days as (

    select * from {{ ref('int_lookback_days') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

-- by user first and then by account: cheaper than counting distinct users
user_windows as (

    select
        user_days.account_id,
        lookback_days.month_start as snapshot_month,
        user_days.user_id,
        count(*) filter (where lookback_days.days_back <= 28) as user_days_28d,
        count(*) filter (where lookback_days.days_back > 28) as user_days_before,
        coalesce(sum(user_days.events) filter (where lookback_days.days_back <= 28), 0) as events_28d,
        coalesce(sum(user_days.events) filter (where lookback_days.days_back between 29 and 56), 0) as events_28d_before,
        sum(user_days.events) as events_90d
    from user_days
    inner join lookback_days on user_days.activity_date = lookback_days.date_day
    group by 1, 2, 3

),

-- by feature first and then by account: cheaper than counting distinct features
account_features as (

    select distinct account_id, feature_id, usage_month
    from feature_windows

),

features as (

    select
        account_id,
        usage_month,
        count(*) as features_28d
    from account_features
    group by account_id, usage_month

),

volume as (

    select
        account_id,
        snapshot_month,
        sum(events_28d) as events_28d,
        sum(events_28d_before) as events_28d_before,
        sum(events_90d) as events_90d,
        count(*) filter (where user_days_28d > 0) as active_users_28d,
        sum(user_days_28d) as user_days_28d,
        -- the champion came most often before; of several, the one who comes most now. Nobody comes on a hundred days of 90
        max(100 * user_days_before + user_days_28d) as champion_days
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
    cast(volume.user_days_28d as bigint) as user_days_28d,
    mod(volume.champion_days, 100) as champion_days_28d,
    cast((volume.champion_days - mod(volume.champion_days, 100)) / 100 as bigint) as champion_days_before
from volume
left join features
    on volume.account_id = features.account_id
        and volume.snapshot_month = features.usage_month
