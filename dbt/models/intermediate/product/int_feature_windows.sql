-- user × feature × month: in which of the four weeks before the month's end the user used it, after its release
with

events as (

    select * from {{ ref('stg_product__events') }}

),

features as (

    select * from {{ ref('stg_product__features') }}

),

lookback_days as (

    select * from {{ ref('int_lookback_days') }}

),

user_windows as (

    select * from {{ ref('int_user_windows') }}

)

select
    user_windows.account_id,
    events.user_id,
    events.feature_id,
    lookback_days.month_start as usage_month,
    count(*) as uses,
    -- how many of the four weeks had a use
    max({{ as_count('lookback_days.days_back <= 7') }})
    + max({{ as_count('lookback_days.days_back between 8 and 14') }})
    + max({{ as_count('lookback_days.days_back between 15 and 21') }})
    + max({{ as_count('lookback_days.days_back >= 22') }}) as weeks_used
from events
inner join features on events.feature_id = features.feature_id
inner join lookback_days on events.occurred_date = lookback_days.date_day
-- who works for several accounts is one user of the feature
inner join user_windows
    on events.user_id = user_windows.user_id
        and lookback_days.month_start = user_windows.usage_month
where events.event_type in ('feature_use', 'export')
    and events.occurred_at >= features.released_at
    and lookback_days.days_back <= 28
group by user_windows.account_id, events.user_id, events.feature_id, lookback_days.month_start
