-- Defends the look-back windows: the last 28 days reached through the daily usage give the same events.
with

windows as (

    select customers.account_id, customers.events_28d
    from {{ ref('customer_360') }} as customers
    where customers.is_active_customer

),

daily as (

    select activity.account_id, sum(activity.events) as events_28d
    from {{ ref('fct_usage') }} as activity
    cross join {{ ref('int_as_of') }} as as_of
    where activity.activity_date > as_of.as_of_date - interval '28' day
    group by activity.account_id

)

select windows.account_id, windows.events_28d, daily.events_28d as daily_events
from windows
left join daily on windows.account_id = daily.account_id
where windows.events_28d <> coalesce(daily.events_28d, 0)
