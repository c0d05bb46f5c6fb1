-- paying account × month end (the as-of date for the running month): what it pays, paid a quarter before, and how many users it has
-- noqa: disable=LT02
with

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

months as (

    select * from {{ ref('int_months') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

first_events as (

    select * from {{ ref('int_user_first_events') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- of the time before the window, or before the events begin, nothing was observed
observed as (

    select greatest(max(as_of.data_start_date), {{ first_day_of('product.events') }}) as observed_from
    from as_of
    cross join loaded_sources

),

paying as (

    select
        monthly_mrr.account_id,
        months.month_start as snapshot_month,
        months.month_number,
        months.ends_at as known_until_at,
        monthly_mrr.is_partial_month,
        monthly_mrr.mrr
    from monthly_mrr
    inner join months on monthly_mrr.revenue_month = months.month_start
    where not monthly_mrr.is_opening
        and monthly_mrr.mrr > 0

),

{%- if is_spot() %}

balances as (

    select * from {{ ref('int_fx_balances') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

earlier_mrr as (

    -- rates alone are no sign of health: what it paid then is taken at the rates of now
    select
        paying.account_id,
        paying.snapshot_month,
        sum({{ at_rate('balances', 'rates.rate', 'rates_now.rate') }}) as mrr
    from paying
    inner join balances
        on paying.account_id = balances.account_id
            and balances.month_number = greatest(0, paying.month_number - 3)
    left join rates
        on balances.currency = rates.currency
            and balances.month_start = rates.month_start
    left join rates as rates_now
        on balances.currency = rates_now.currency
            and paying.snapshot_month = rates_now.month_start
    group by 1, 2

),

{%- endif %}

user_counts as (

    select
        paying.account_id,
        paying.snapshot_month,
        count(*) as user_count,
        min(users.created_at) as first_user_at,
        -- users who had their time to activate while the data watched
        count(*) filter (
            where users.created_at >= observed.observed_from
            and users.created_at + {{ var('activation_days') }} * interval '1' day <= paying.known_until_at
        ) as observed_users,
        count(*) filter (
            where users.created_at >= observed.observed_from
            and users.created_at + {{ var('activation_days') }} * interval '1' day <= paying.known_until_at
            and first_events.activated_at < paying.known_until_at
        ) as activated_users
    from paying
    cross join observed
    inner join users
        on paying.account_id = users.account_id
            and paying.known_until_at > users.created_at
    left join first_events on users.user_id = first_events.user_id
    group by paying.account_id, paying.snapshot_month

)

select
    paying.account_id,
    paying.snapshot_month,
    cast(paying.known_until_at - interval '1' day as date) as snapshot_date,
    paying.known_until_at,
    paying.is_partial_month,
    paying.snapshot_month = as_of.last_month as is_latest,
    paying.mrr,
    -- who did not pay a quarter ago has nothing to be compared with
    cast(case when earlier.mrr > 0 then earlier.mrr end as numeric(38, 2)) as mrr_3_months_ago,
    coalesce(user_counts.user_count, 0) as user_count,
    coalesce(user_counts.observed_users, 0) as observed_users,
    coalesce(user_counts.activated_users, 0) as activated_users,
    user_counts.first_user_at
from paying
cross join as_of
{%- if is_spot() %}
    left join earlier_mrr as earlier
        on paying.account_id = earlier.account_id
            and paying.snapshot_month = earlier.snapshot_month
{%- else %}
left join monthly_mrr as earlier
    on paying.account_id = earlier.account_id
        and earlier.month_number = greatest(0, paying.month_number - 3)
{%- endif %}
left join user_counts
    on paying.account_id = user_counts.account_id
        and paying.snapshot_month = user_counts.snapshot_month
