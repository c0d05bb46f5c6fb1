{{ config(tags=['dimension']) }}

with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

reps as (

    select * from {{ ref('stg_crm__sales_reps') }}

),

spans as (

    select * from {{ ref('int_account_paid_span') }}

),

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

activations as (

    select * from {{ ref('int_account_activations') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

bands as (

    {{ bands_in_a_row() }}

),

current_mrr as (

    select
        monthly_mrr.account_id,
        monthly_mrr.mrr
    from monthly_mrr
    inner join as_of on monthly_mrr.revenue_month = as_of.last_month

),

running_trials as (

    select distinct subscriptions.account_id
    from subscriptions
    cross join as_of
    where subscriptions.trial_started_at < as_of.as_of_at
        and subscriptions.trial_ended_at >= as_of.as_of_at
        and (subscriptions.ended_at is null or subscriptions.ended_at >= as_of.as_of_at)

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.industry,
    accounts.country,
    accounts.employee_count,
    accounts.owner_id,
    reps.rep_name as owner_name,
    accounts.status as crm_status,
    case
        when current_mrr.mrr > 0 then 'customer'
        when spans.account_id is not null then 'churned'
        when running_trials.account_id is not null then 'trial'
        else 'prospect'
    end as lifecycle_stage,
    cast(coalesce(current_mrr.mrr, 0) as numeric(38, 2)) as current_mrr,
    coalesce(current_mrr.mrr, 0) > 0 as is_active_customer,
    case
        when spans.account_id is not null
            then {{ months_between('spans.first_paid_at', 'least(spans.last_paid_to, cast(as_of.as_of_date as timestamp))') }}
    end as tenure_months,
    activations.is_activated,
    {{ size_class('accounts.employee_count', '12 * current_mrr.mrr') }} as size_class,
    {{ revenue_band('12 * current_mrr.mrr') }} as revenue_band,
    {{ account_category('12 * current_mrr.mrr', 'spans.account_id is not null') }} as account_category,
    accounts.created_at,
    spans.first_paid_at,
    {{ month_of('spans.first_paid_at') }} as first_paid_month,
    case when coalesce(current_mrr.mrr, 0) = 0 then spans.last_paid_to end as churned_at
from accounts
cross join as_of
cross join bands
left join reps on accounts.owner_id = reps.rep_id
left join spans on accounts.account_id = spans.account_id
left join current_mrr on accounts.account_id = current_mrr.account_id
left join running_trials on accounts.account_id = running_trials.account_id
left join activations on accounts.account_id = activations.account_id
