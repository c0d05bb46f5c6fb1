-- one row per user who was created within the window: when it activated, and whether in time
with

users as (

    select * from {{ ref('stg_product__users') }}

),

first_events as (

    select * from {{ ref('int_user_first_events') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ has_rows('product.events.activation') }} as has_activations,
        {{ first_day_of('product.events') }} as first_event_date
    from loaded_sources

),

windowed as (

    select
        users.user_id,
        users.account_id,
        users.created_at,
        first_events.first_event_at,
        first_events.activated_at,
        users.created_at + {{ var('activation_days') }} * interval '1' day as deadline_at,
        as_of.as_of_at,
        loaded.has_activations
    from users
    cross join as_of
    cross join loaded
    left join first_events on users.user_id = first_events.user_id
    -- users from before the window, or before the events begin: their first days were not observed
    where users.created_at >= greatest(as_of.data_start_date, loaded.first_event_date)
        and users.created_at < as_of.as_of_at

)

select
    user_id,
    account_id,
    deadline_at <= as_of_at as is_mature,
    -- too young to tell is unknown, not no; and so is everybody where no activation is recorded
    case when deadline_at <= as_of_at and has_activations then coalesce(activated_at <= deadline_at, false) end as is_activated,
    created_at,
    first_event_at,
    activated_at
from windowed
