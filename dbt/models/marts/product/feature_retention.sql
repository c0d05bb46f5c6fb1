{{ config(tags=['mart'], indexes=[{'columns': ['usage_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['feature_id']}]) }}

with

features as (

    select * from {{ ref('dim_feature') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

by_account as (

    select * from {{ ref('int_feature_account_windows') }}

),

outcomes as (

    select * from {{ ref('int_paying_outcomes') }}

),

bases as (

    select * from {{ ref('int_feature_bases') }}

),

used as (

    select
        by_account.feature_id,
        by_account.usage_month,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        count(*) as using_accounts,
        sum(by_account.users_28d) as users_28d,
        sum(by_account.user_weeks) as user_weeks,
        sum(by_account.uses_28d) as uses_28d,
        sum(by_account.uses_28d * coalesce(outcomes.retained, 0)) as uses_by_retained,
        sum(by_account.uses_28d * coalesce(outcomes.churned, 0)) as uses_by_churned
    from by_account
    inner join accounts on by_account.account_id = accounts.account_id
    left join outcomes on by_account.account_id = outcomes.account_id and by_account.usage_month = outcomes.revenue_month
    group by by_account.feature_id, by_account.usage_month, accounts.segment, accounts.region, accounts.acquisition_channel

)

select
    {{ row_key(['features.feature_id', 'bases.usage_month', 'bases.segment', 'bases.region', 'bases.acquisition_channel']) }} as feature_retention_id,
    features.feature_id,
    bases.segment,
    bases.region,
    bases.acquisition_channel,
    bases.usage_month,
    features.feature_name,
    features.module,
    features.is_beta,
    bases.active_users_28d,
    coalesce(used.using_accounts, 0) as using_accounts,
    cast(coalesce(used.users_28d, 0) as bigint) as users_28d,
    cast(coalesce(used.user_weeks, 0) as bigint) as user_weeks,
    cast(coalesce(used.uses_28d, 0) as bigint) as uses_28d,
    bases.retained_accounts,
    bases.churned_accounts,
    case when bases.retained_accounts is not null then cast(coalesce(used.uses_by_retained, 0) as bigint) end as uses_by_retained,
    case when bases.retained_accounts is not null then cast(coalesce(used.uses_by_churned, 0) as bigint) end as uses_by_churned
from bases
inner join features on bases.ends_at - interval '28' day >= features.released_at
left join used
    on features.feature_id = used.feature_id
        and bases.usage_month = used.usage_month
        and bases.segment = used.segment
        and bases.region = used.region
        and bases.acquisition_channel = used.acquisition_channel
