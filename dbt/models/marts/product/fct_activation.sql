{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

users as (

    select * from {{ ref('int_user_activations') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    users.user_id,
    users.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('users.created_at') }} as created_month,
    {{ days_between('users.created_at', 'users.activated_at') }} as days_to_activate,
    users.is_mature,
    {{ as_count('users.is_activated is not null') }} as eligible_users,
    {{ as_count('users.is_activated') }} as activated_users,
    users.created_at,
    users.first_event_at,
    users.activated_at
from users
inner join accounts on users.account_id = accounts.account_id
