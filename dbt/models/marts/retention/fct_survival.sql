{{ config(tags=['fact']) }}

with

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    accounts.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.is_activated,
    not accounts.is_active_customer as is_churned,
    cast(coalesce(accounts.churned_at, as_of.as_of_at) as date) - cast(accounts.first_paid_at as date) as duration_days,
    -- customers from before the window are known only because they lasted until it opened
    greatest(0, as_of.data_start_date - cast(accounts.first_paid_at as date)) as observed_from_days,
    accounts.first_paid_at,
    accounts.churned_at as ended_at
from accounts
cross join as_of
where accounts.first_paid_at is not null
