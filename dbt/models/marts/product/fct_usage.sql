{{ config(
    tags=['fact'],
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='activity_date',
    on_schema_change='fail',
    indexes=[{'columns': ['activity_date', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}],
    pre_hook="{% if is_incremental() %}delete from {{ this }} where activity_date not in (select activity_date from {{ ref('int_usage_days') }}){% endif %}"
) }}

with

events as (

    select * from {{ ref('stg_product__events') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

words as (

    select * from {{ ref('int_words') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

days as (

    select
        activity_date,
        -- the code of this model is part of the fingerprint: after a change to it every day is rebuilt
        cast(day_fingerprint || ':{{ local_md5(model.raw_code) }}' as varchar(255)) as day_fingerprint
    from {{ ref('int_usage_days') }}

),

{% if is_incremental() %}
    stored_days as (

        select
            activity_date,
            max(day_fingerprint) as day_fingerprint
        from {{ this }}
        group by activity_date

    ),

{% endif %}
-- every load replaces the raw events, perhaps by another company's, and rows arrive late: only the content tells what changed
changed_days as (

    select
        days.activity_date,
        days.day_fingerprint
    from days
    {% if is_incremental() %}
        left join stored_days on days.activity_date = stored_days.activity_date
        where days.day_fingerprint is distinct from stored_days.day_fingerprint
    {% endif %}

),

-- a person counts once a day in the company, so that accounts add up to its active users
users as (

    select
        user_days.account_id,
        user_days.activity_date,
        count(*) filter (where user_days.is_main) as active_users
    from user_days
    inner join changed_days on user_days.activity_date = changed_days.activity_date
    group by user_days.account_id, user_days.activity_date

),

daily as (

    select
        events.account_id,
        events.occurred_date as activity_date,
        changed_days.day_fingerprint,
        count(distinct events.feature_id) filter (where events.event_type in ('feature_use', 'export')) as features_used,
        count(*) as events,
        count(*) filter (where events.event_type = 'login') as logins,
        count(*) filter (where events.event_type = 'feature_use') as feature_uses,
        count(*) filter (where events.event_type = 'export') as exports,
        count(*) filter (where events.event_type = 'invite') as invites,
        count(*) filter (where words.kind is not null) as activations,
        count(*) filter (where events.event_type = 'error') as errors
    from events
    inner join changed_days on events.occurred_date = changed_days.activity_date
    cross join as_of
    left join words
        on words.kind = 'activation_event'
            and events.event_type = words.value
    where events.occurred_at < as_of.as_of_at
    group by events.account_id, events.occurred_date, changed_days.day_fingerprint

)

select
    {{ row_key(['daily.account_id', 'daily.activity_date']) }} as activity_id,
    daily.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    daily.activity_date,
    {{ month_of('daily.activity_date') }} as activity_month,
    users.active_users,
    daily.features_used,
    daily.events,
    daily.logins,
    daily.feature_uses,
    daily.exports,
    daily.invites,
    daily.activations,
    daily.errors,
    daily.day_fingerprint
from daily
inner join users
    on daily.account_id = users.account_id
        and daily.activity_date = users.activity_date
inner join accounts on daily.account_id = accounts.account_id
