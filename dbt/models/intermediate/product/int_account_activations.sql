-- one row per account whose first user was created within the window: whether any of its users activated in time
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

firsts as (

    select
        users.account_id,
        min(users.created_at) as created_at,
        min(first_events.activated_at) as activated_at
    from users
    left join first_events on users.user_id = first_events.user_id
    group by users.account_id

),

windowed as (

    select
        firsts.*,
        firsts.created_at + {{ var('activation_days') }} * interval '1' day as deadline_at,
        as_of.as_of_at
    from firsts
    cross join as_of
    -- accounts from before the window: their first days were not observed
    where firsts.created_at >= as_of.data_start_date
        and firsts.created_at < as_of.as_of_at

)

select
    account_id,
    deadline_at <= as_of_at as is_mature,
    -- too young to tell is unknown, not no
    case when deadline_at <= as_of_at then coalesce(activated_at <= deadline_at, false) end as is_activated,
    created_at,
    activated_at
from windowed
