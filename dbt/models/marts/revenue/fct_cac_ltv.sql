{{ config(tags=['fact']) }}

with

spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select {{ month_of(known_from('marketing.spend')) }} as known_from from loaded_sources

),

company as (

    select * from {{ ref('dim_company') }}

),

monthly_spend as (

    select
        spend.channel as acquisition_channel,
        {{ month_of('spend.spend_date') }} as cost_month,
        sum(spend.amount) as spend,
        sum({{ media_amount() }}) as media_spend,
        sum(spend.impressions) as impressions,
        sum(spend.clicks) as clicks,
        sum(spend.leads) as leads
    from spend
    cross join as_of
    where spend.spend_date <= as_of.as_of_date
        and {{ month_of('spend.spend_date') }} >= as_of.first_month
    group by 1, 2

),

monthly_revenue as (

    select
        acquisition_channel,
        revenue_month as cost_month,
        sum(new_customers) as new_customers,
        sum(new_mrr) as new_mrr,
        sum(starting_customers) as starting_customers,
        sum(churned_customers) as churned_customers,
        sum(ending_customers) as ending_customers,
        sum(ending_mrr) as ending_mrr
    from revenue
    group by 1, 2

),

paired as (

    select
        coalesce(monthly_spend.acquisition_channel, monthly_revenue.acquisition_channel) as acquisition_channel,
        coalesce(monthly_spend.cost_month, monthly_revenue.cost_month) as cost_month,
        monthly_spend.spend,
        monthly_spend.media_spend,
        monthly_spend.impressions,
        monthly_spend.clicks,
        monthly_spend.leads,
        monthly_revenue.new_customers,
        monthly_revenue.new_mrr,
        monthly_revenue.starting_customers,
        monthly_revenue.churned_customers,
        monthly_revenue.ending_customers,
        monthly_revenue.ending_mrr
    from monthly_spend
    full outer join monthly_revenue
        on monthly_spend.acquisition_channel = monthly_revenue.acquisition_channel
            and monthly_spend.cost_month = monthly_revenue.cost_month

)

select
    {{ row_key(['paired.acquisition_channel', 'paired.cost_month']) }} as cac_id,
    paired.acquisition_channel,
    paired.cost_month,
    -- before the first month of which spend is known it is not zero
    cast({{ known_count('paired.cost_month >= known.known_from', 'paired.spend') }} as numeric(38, 2)) as spend,
    cast({{ known_count('paired.cost_month >= known.known_from', 'paired.media_spend') }} as numeric(38, 2)) as media_spend,
    cast(coalesce(paired.new_customers, 0) as bigint) as new_customers,
    cast(coalesce(paired.new_mrr, 0) as numeric(38, 2)) as new_mrr,
    cast(coalesce(paired.new_mrr, 0) * company.gross_margin as numeric(38, 4)) as new_gross_profit,
    cast(coalesce(paired.starting_customers, 0) as bigint) as starting_customers,
    cast(coalesce(paired.churned_customers, 0) as bigint) as churned_customers,
    cast(coalesce(paired.ending_customers, 0) as bigint) as ending_customers,
    cast(coalesce(paired.ending_mrr, 0) as numeric(38, 2)) as ending_mrr,
    cast({{ known_count('paired.cost_month >= known.known_from', 'paired.impressions') }} as bigint) as impressions,
    cast({{ known_count('paired.cost_month >= known.known_from', 'paired.clicks') }} as bigint) as clicks,
    cast({{ known_count('paired.cost_month >= known.known_from', 'paired.leads') }} as bigint) as leads
from paired
cross join company
cross join known
