{{ config(indexes=[{'columns': ['activity_date', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

events as (

    select * from {{ ref('stg_product__events') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

daily as (

    select
        events.account_id,
        events.occurred_date as activity_date,
        count(distinct events.user_id) as active_users,
        count(*) as events,
        count(*) filter (where events.event_type = 'login') as logins,
        count(*) filter (where events.event_type = 'feature_use') as feature_uses,
        count(*) filter (where events.event_type = 'error') as errors
    from events
    cross join as_of
    where events.occurred_at < as_of.as_of_at
    group by 1, 2

)

select
    {{ row_key(['daily.account_id', 'daily.activity_date']) }} as activity_id,
    daily.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    daily.activity_date,
    {{ month_of('daily.activity_date') }} as activity_month,
    daily.active_users,
    daily.events,
    daily.logins,
    daily.feature_uses,
    daily.errors
from daily
inner join accounts on daily.account_id = accounts.account_id
