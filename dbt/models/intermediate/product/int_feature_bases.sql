-- month × slice: what the use of a feature in the four weeks before the month's end is compared with
with

user_windows as (

    select * from {{ ref('int_user_windows') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

months as (

    select * from {{ ref('int_months') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

known as (

    select {{ known_from('product.events') }} as known_from from loaded_sources

),

outcomes as (

    select * from {{ ref('int_paying_outcomes') }}

),

-- four weeks that the events do not cover are not comparable
windows as (

    select
        months.month_start,
        months.ends_at
    from months
    inner join known on months.ends_at - interval '28' day >= known.known_from
    where not months.is_opening

),

slices as (

    select distinct segment, region, acquisition_channel
    from accounts

),

active as (

    select
        user_windows.usage_month,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        count(*) as active_users
    from user_windows
    inner join accounts on user_windows.account_id = accounts.account_id
    group by user_windows.usage_month, accounts.segment, accounts.region, accounts.acquisition_channel

),

known_months as (

    select distinct revenue_month
    from outcomes

),

later as (

    select
        outcomes.revenue_month,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        sum(outcomes.retained) as retained,
        sum(outcomes.churned) as churned
    from outcomes
    inner join accounts on outcomes.account_id = accounts.account_id
    group by outcomes.revenue_month, accounts.segment, accounts.region, accounts.acquisition_channel

)

select
    windows.month_start as usage_month,
    slices.segment,
    slices.region,
    slices.acquisition_channel,
    coalesce(active.active_users, 0) as active_users_28d,
    case when known_months.revenue_month is not null then coalesce(later.retained, 0) end as retained_accounts,
    case when known_months.revenue_month is not null then coalesce(later.churned, 0) end as churned_accounts,
    windows.ends_at
from windows
cross join slices
left join known_months on windows.month_start = known_months.revenue_month
left join active
    on windows.month_start = active.usage_month
        and slices.segment = active.segment
        and slices.region = active.region
        and slices.acquisition_channel = active.acquisition_channel
left join later
    on windows.month_start = later.revenue_month
        and slices.segment = later.segment
        and slices.region = later.region
        and slices.acquisition_channel = later.acquisition_channel
