{{ config(tags=['fact']) }}

with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

{%- if is_spot() %}

balances as (

    select * from {{ ref('int_fx_balances') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

{%- endif %}

cohorts as (

    select
        account_id,
        segment,
        region,
        acquisition_channel,
        revenue_month as cohort_month,
        new_mrr as cohort_mrr
    from revenue
    where movement_type = 'new'

),

{%- if is_spot() %}

kept as (

    -- what is left of a cohort is worth what it was when the cohort began
    select
        balances.account_id,
        balances.month_start,
        sum({{ at_rate('balances', 'rates.rate', 'cohort_rates.rate') }}) as mrr
    from cohorts
    inner join balances on cohorts.account_id = balances.account_id
    left join rates
        on balances.currency = rates.currency
            and balances.month_start = rates.month_start
    left join rates as cohort_rates
        on balances.currency = cohort_rates.currency
            and cohorts.cohort_month = cohort_rates.month_start
    group by 1, 2

),

{%- endif %}

cells as (

    select
        cohorts.segment,
        cohorts.region,
        cohorts.acquisition_channel,
        cohorts.cohort_month,
        {{ months_between('cohorts.cohort_month', 'monthly_mrr.revenue_month') }} as months_since_start,
        count(*) as cohort_accounts,
        count(*) filter (where monthly_mrr.mrr > 0) as retained_accounts,
        sum(cohorts.cohort_mrr) as cohort_mrr,
        sum({{ 'coalesce(kept.mrr, 0)' if is_spot() else 'monthly_mrr.mrr' }}) as retained_mrr
    from cohorts
    inner join monthly_mrr
        on cohorts.account_id = monthly_mrr.account_id
            and cohorts.cohort_month <= monthly_mrr.revenue_month
    cross join as_of
    {%- if is_spot() %}
        left join kept
            on monthly_mrr.account_id = kept.account_id
                and monthly_mrr.revenue_month = kept.month_start
    {%- endif %}
    -- what the data cannot know yet is absent, not zero
    where monthly_mrr.revenue_month <= as_of.last_complete_month
    group by 1, 2, 3, 4, 5

)

select
    {{ row_key(['segment', 'region', 'acquisition_channel', 'cohort_month', 'months_since_start']) }} as retention_id,
    segment,
    region,
    acquisition_channel,
    cohort_month,
    months_since_start,
    cohort_accounts,
    retained_accounts,
    cast(cohort_mrr as numeric(38, 2)) as cohort_mrr,
    cast(retained_mrr as numeric(38, 2)) as retained_mrr
from cells
