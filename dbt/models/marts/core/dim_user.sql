{{ config(tags=['dimension'], indexes=[{'columns': ['account_id']}]) }}

with

users as (

    select * from {{ ref('stg_product__users') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

first_events as (

    select * from {{ ref('int_user_first_events') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ has_rows('product.events') }} as has_events,
        {{ has_rows('product.events.activation') }} as has_activations
    from loaded_sources

),

last_days as (

    select
        user_days.user_id,
        max(user_days.activity_date) as last_active_date,
        max(user_days.activity_date) filter (where user_days.logins > 0) as last_login_date,
        count(*) filter (where user_days.is_main and user_days.activity_date > as_of.as_of_date - interval '28' day) as active_days_28d
    from user_days
    cross join as_of
    group by user_days.user_id

)

select
    users.user_id,
    users.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    users.role,
    {{ month_of('users.created_at') }} as created_month,
    last_days.last_active_date,
    last_days.last_login_date,
    cast(as_of.as_of_date - last_days.last_login_date as integer) as days_since_login,
    {{ known_count('loaded.has_events', 'last_days.active_days_28d') }} as active_days_28d,
    case when loaded.has_activations then first_events.activated_at is not null end as has_activated,
    users.created_at,
    first_events.first_event_at,
    first_events.activated_at
from users
inner join accounts on users.account_id = accounts.account_id
cross join as_of
cross join loaded
left join first_events on users.user_id = first_events.user_id
left join last_days on users.user_id = last_days.user_id
where users.created_at < as_of.as_of_at
