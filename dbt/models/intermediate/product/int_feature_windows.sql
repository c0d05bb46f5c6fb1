-- user × feature × month: in which of the four weeks before the month's end the user used it, after its release
with

events as (

    select * from {{ ref('stg_product__events') }}

),

features as (

    select * from {{ ref('stg_product__features') }}

),

months as (

    select * from {{ ref('int_months') }}

),

windows as (

    select
        month_start,
        cast(ends_at - interval '28' day as timestamp) as begins_at,
        cast(ends_at - interval '21' day as timestamp) as second_week_at,
        cast(ends_at - interval '14' day as timestamp) as third_week_at,
        cast(ends_at - interval '7' day as timestamp) as fourth_week_at,
        ends_at
    from months
    where not is_opening

)

select
    events.account_id,
    events.user_id,
    events.feature_id,
    windows.month_start as usage_month,
    count(*) as uses,
    -- how many of the four weeks had a use
    max({{ as_count('events.occurred_at < windows.second_week_at') }})
    + max({{ as_count('events.occurred_at >= windows.second_week_at and events.occurred_at < windows.third_week_at') }})
    + max({{ as_count('events.occurred_at >= windows.third_week_at and events.occurred_at < windows.fourth_week_at') }})
    + max({{ as_count('events.occurred_at >= windows.fourth_week_at') }}) as weeks_used
from events
inner join features on events.feature_id = features.feature_id
inner join windows
    on {{ month_of('events.occurred_at') }} between cast(date_trunc('month', windows.begins_at) as date) and windows.month_start
        and events.occurred_at >= windows.begins_at
        and events.occurred_at < windows.ends_at
where events.event_type in ('feature_use', 'export')
    and events.occurred_at >= features.released_at
group by events.account_id, events.user_id, events.feature_id, windows.month_start
