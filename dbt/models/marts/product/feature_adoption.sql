{{ config(tags=['mart'], indexes=[{'columns': ['usage_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['feature_id']}]) }}

with

features as (

    select * from {{ ref('dim_feature') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

usage as (

    select * from {{ ref('fct_usage') }}

),

feature_usage as (

    select * from {{ ref('int_feature_account_months') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

loaded as (

    select {{ has_rows('product.events.feature') }} as has_feature_uses
    from loaded_sources

),

active_accounts as (

    select
        account_id,
        segment,
        region,
        acquisition_channel,
        activity_month,
        max(activity_date) as last_active_date
    from usage
    group by account_id, segment, region, acquisition_channel, activity_month

),

-- few rows for the cross with features: accounts that were last active on the same day of a month are alike
active_groups as (

    select
        segment,
        region,
        acquisition_channel,
        activity_month,
        last_active_date,
        count(*) as account_count
    from active_accounts
    group by segment, region, acquisition_channel, activity_month, last_active_date

),

-- an account could use what was released on or before its last active day of the month
eligible as (

    select
        features.feature_id,
        active_groups.activity_month,
        active_groups.segment,
        active_groups.region,
        active_groups.acquisition_channel,
        sum(active_groups.account_count) as eligible_accounts
    from active_groups
    inner join features on active_groups.last_active_date >= cast(features.released_at as date)
    -- where no event names a feature, none is known to lie idle
    inner join loaded on loaded.has_feature_uses
    group by
        features.feature_id,
        active_groups.activity_month,
        active_groups.segment,
        active_groups.region,
        active_groups.acquisition_channel

),

used as (

    select
        feature_usage.feature_id,
        feature_usage.usage_month,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        count(*) as using_accounts,
        sum(feature_usage.uses) as uses
    from feature_usage
    inner join accounts on feature_usage.account_id = accounts.account_id
    group by feature_usage.feature_id, feature_usage.usage_month, accounts.segment, accounts.region, accounts.acquisition_channel

)

select
    {{ row_key(['eligible.feature_id', 'eligible.activity_month', 'eligible.segment', 'eligible.region', 'eligible.acquisition_channel']) }} as adoption_id,
    eligible.feature_id,
    eligible.segment,
    eligible.region,
    eligible.acquisition_channel,
    eligible.activity_month as usage_month,
    features.feature_name,
    features.module,
    features.is_beta,
    cast(eligible.eligible_accounts as bigint) as eligible_accounts,
    coalesce(used.using_accounts, 0) as using_accounts,
    cast(coalesce(used.uses, 0) as bigint) as uses
from eligible
inner join features on eligible.feature_id = features.feature_id
left join used
    on eligible.feature_id = used.feature_id
        and eligible.activity_month = used.usage_month
        and eligible.segment = used.segment
        and eligible.region = used.region
        and eligible.acquisition_channel = used.acquisition_channel
