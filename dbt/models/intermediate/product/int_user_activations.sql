-- one row per user who was created within the window: when it activated, and whether in time
with

users as (

    select * from {{ ref('stg_product__users') }}

),

first_events as (

    select * from {{ ref('int_user_first_events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

windowed as (

    select
        users.user_id,
        users.account_id,
        users.created_at,
        first_events.first_event_at,
        first_events.activated_at,
        users.created_at + {{ var('activation_days') }} * interval '1' day as deadline_at,
        as_of.as_of_at
    from users
    cross join as_of
    left join first_events on users.user_id = first_events.user_id
    -- users from before the window: their first days were not observed
    where users.created_at >= as_of.data_start_date
        and users.created_at < as_of.as_of_at

)

select
    user_id,
    account_id,
    deadline_at <= as_of_at as is_mature,
    -- too young to tell is unknown, not no
    case when deadline_at <= as_of_at then coalesce(activated_at <= deadline_at, false) end as is_activated,
    created_at,
    first_event_at,
    activated_at
from windowed
