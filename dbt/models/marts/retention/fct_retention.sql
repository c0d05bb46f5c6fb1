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
        sum(monthly_mrr.mrr) as retained_mrr
    from cohorts
    inner join monthly_mrr
        on cohorts.account_id = monthly_mrr.account_id
            and cohorts.cohort_month <= monthly_mrr.revenue_month
    cross join as_of
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
    cast(cohort_mrr as numeric(18, 2)) as cohort_mrr,
    cast(retained_mrr as numeric(18, 2)) as retained_mrr
from cells
