{{ config(indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

users as (

    select * from {{ ref('stg_product__users') }}

),

activations as (

    select * from {{ ref('int_user_activations') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

firsts as (

    select
        users.account_id,
        min(users.created_at) as created_at,
        min(activations.activated_at) as activated_at
    from users
    left join activations on users.user_id = activations.user_id
    group by users.account_id

),

windowed as (

    select
        firsts.*,
        firsts.created_at + {{ var('activation_days') }} * interval '1' day as deadline_at,
        as_of.as_of_at
    from firsts
    cross join as_of
    where firsts.created_at >= as_of.data_start_date
        and firsts.created_at < as_of.as_of_at

)

select
    windowed.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('windowed.created_at') }} as created_month,
    {{ as_count('windowed.deadline_at <= windowed.as_of_at') }} as eligible_accounts,
    {{ as_count('windowed.deadline_at <= windowed.as_of_at and windowed.activated_at <= windowed.deadline_at') }} as activated_accounts,
    windowed.created_at,
    windowed.activated_at
from windowed
inner join accounts on windowed.account_id = accounts.account_id
