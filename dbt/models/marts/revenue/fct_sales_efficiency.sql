{{ config(tags=['fact']) }}

with

acquisition as (

    select * from {{ ref('fct_cac_ltv') }}

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

    select {{ known_from('marketing.spend') }} as known_from from loaded_sources

),

quarterly_spend as (

    select
        acquisition_channel,
        {{ quarter_of('cost_month') }} as quarter_start,
        sum(spend) as spend
    from acquisition
    group by 1, 2

),

quarterly_growth as (

    select
        acquisition_channel,
        {{ quarter_of('revenue_month') }} as quarter_start,
        12 * sum(new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr) as net_new_arr
    from revenue
    group by 1, 2

),

paired as (

    select
        coalesce(quarterly_growth.acquisition_channel, quarterly_spend.acquisition_channel) as acquisition_channel,
        coalesce(quarterly_growth.quarter_start, cast(quarterly_spend.quarter_start + interval '3' month as date)) as quarter_start,
        coalesce(quarterly_growth.net_new_arr, 0) as net_new_arr,
        coalesce(quarterly_spend.spend, 0) as previous_quarter_spend
    from quarterly_growth
    full outer join quarterly_spend
        on quarterly_growth.acquisition_channel = quarterly_spend.acquisition_channel
            and quarterly_growth.quarter_start = cast(quarterly_spend.quarter_start + interval '3' month as date)

)

select
    {{ row_key(['paired.acquisition_channel', 'paired.quarter_start']) }} as efficiency_id,
    paired.acquisition_channel,
    paired.quarter_start,
    cast(paired.net_new_arr as numeric(38, 2)) as net_new_arr,
    cast(paired.previous_quarter_spend as numeric(38, 2)) as previous_quarter_spend
from paired
cross join as_of
cross join known
-- both quarters must be whole: this one to its end, the one before from its first day, as far as spend is known
where cast(paired.quarter_start + interval '2' month as date) <= as_of.last_complete_month
    and paired.quarter_start - interval '3' month >= as_of.data_start_date
    and paired.quarter_start - interval '3' month >= known.known_from
