{{ config(tags=['fact'], indexes=[{'columns': ['usage_month', 'feature_id']}, {'columns': ['account_id']}]) }}

with

accounts as (

    select * from {{ ref('dim_account') }}

),

months as (

    select * from {{ ref('int_feature_account_months') }}

),

four_weeks as (

    select * from {{ ref('int_feature_account_windows') }}

),

outcomes as (

    select * from {{ ref('int_paying_outcomes') }}

),

-- the four weeks before the as-of date reach back behind the first of a young month
used as (

    select
        coalesce(months.account_id, four_weeks.account_id) as account_id,
        coalesce(months.feature_id, four_weeks.feature_id) as feature_id,
        coalesce(months.usage_month, four_weeks.usage_month) as usage_month,
        coalesce(months.uses, 0) as uses,
        coalesce(months.using_users, 0) as using_users,
        coalesce(four_weeks.uses_28d, 0) as uses_28d,
        coalesce(four_weeks.users_28d, 0) as users_28d,
        coalesce(four_weeks.user_weeks, 0) as user_weeks
    from months
    full outer join four_weeks
        on months.account_id = four_weeks.account_id
            and months.feature_id = four_weeks.feature_id
            and months.usage_month = four_weeks.usage_month

)

select
    {{ row_key(['used.account_id', 'used.feature_id', 'used.usage_month']) }} as feature_usage_id,
    used.account_id,
    used.feature_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    used.usage_month,
    cast(used.uses as bigint) as uses,
    cast(used.using_users as bigint) as using_users,
    cast(used.uses_28d as bigint) as uses_28d,
    cast(used.users_28d as bigint) as users_28d,
    cast(used.user_weeks as bigint) as user_weeks,
    outcomes.retained = 1 as is_retained
from used
inner join accounts on used.account_id = accounts.account_id
left join outcomes
    on used.account_id = outcomes.account_id
        and used.usage_month = outcomes.revenue_month
