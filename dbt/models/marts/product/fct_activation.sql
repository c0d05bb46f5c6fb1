{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

users as (

    select * from {{ ref('stg_product__users') }}

),

first_events as (

    select * from {{ ref('int_user_first_events') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

joined as (

    select
        users.user_id,
        users.account_id,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        users.created_at,
        first_events.first_event_at,
        first_events.activated_at,
        users.created_at + {{ var('activation_days') }} * interval '1' day as deadline_at,
        as_of.as_of_at
    from users
    inner join accounts on users.account_id = accounts.account_id
    cross join as_of
    left join first_events on users.user_id = first_events.user_id
    -- users from before the window: their first days were not observed
    where users.created_at >= as_of.data_start_date
        and users.created_at < as_of.as_of_at

)

select
    user_id,
    account_id,
    segment,
    region,
    acquisition_channel,
    {{ month_of('created_at') }} as created_month,
    {{ days_between('created_at', 'activated_at') }} as days_to_activate,
    deadline_at <= as_of_at as is_mature,
    {{ as_count('deadline_at <= as_of_at') }} as eligible_users,
    {{ as_count('deadline_at <= as_of_at and activated_at <= deadline_at') }} as activated_users,
    created_at,
    first_event_at,
    activated_at
from joined
