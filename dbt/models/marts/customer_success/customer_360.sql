{{ config(tags=['mart'], indexes=[{'columns': ['segment', 'region', 'acquisition_channel']}]) }}

with

accounts as (

    select * from {{ ref('dim_account') }}

),

health as (

    select * from {{ ref('customer_health_scores') }}

),

risks as (

    select * from {{ ref('churn_risk') }}

),

activity as (

    select * from {{ ref('int_account_activity') }}

),

support as (

    select * from {{ ref('int_support_snapshots') }}

),

plans as (

    select * from {{ ref('int_account_plans') }}

),

commerce as (

    select * from {{ ref('int_account_commerce') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ has_rows('product.users') }} as has_users,
        {{ has_rows('product.events') }} as has_events,
        {{ has_rows('support.tickets') }} as has_tickets
    from loaded_sources

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
    accounts.owner_name,
    accounts.lifecycle_stage,
    as_of.as_of_date,
    plans.plan_name,
    plans.plan_tier,
    plans.billing_interval,
    plans.product_names,
    health.health_tier,
    health.rests_on,
    health.usage_reason,
    health.support_reason,
    health.revenue_reason,
    health.engagement_reason,
    risks.risk_level,
    risks.recommended_step,
    commerce.last_invoice_state,
    accounts.current_mrr as mrr,
    cast(12 * accounts.current_mrr as numeric(38, 2)) as arr,
    commerce.lifetime_revenue,
    commerce.open_deal_amount,
    health.health_score,
    health.usage_score,
    health.support_score,
    health.revenue_score,
    health.engagement_score,
    plans.seats,
    accounts.tenure_months,
    {{ known_count('loaded.has_users', 'activity.user_count') }} as user_count,
    -- who never paid nor had a user used nothing
    case when activity.account_id is not null then activity.events_28d when loaded.has_events then 0 end as events_28d,
    case when activity.account_id is not null then activity.events_28d_before when loaded.has_events then 0 end as events_28d_before,
    {{ known_count('loaded.has_tickets', 'activity.tickets') }} as tickets,
    {{ known_count('loaded.has_tickets', 'activity.open_tickets') }} as open_tickets,
    {{ known_count('loaded.has_tickets', 'support.escalated_tickets_90d') }} as escalated_tickets_90d,
    {{ known_count('loaded.has_tickets', 'support.csat_answers_90d') }} as csat_answers_90d,
    cast({{ known_count('loaded.has_tickets', 'support.csat_points_90d') }} as numeric(38, 2)) as csat_points_90d,
    commerce.open_deals,
    activity.days_since_login,
    accounts.is_active_customer,
    accounts.is_activated,
    commerce.last_invoice_date,
    plans.renewal_date,
    accounts.created_at,
    accounts.first_paid_at,
    accounts.churned_at,
    activity.last_login_at,
    commerce.last_activity_at
from accounts
cross join as_of
cross join loaded
inner join commerce on accounts.account_id = commerce.account_id
left join health
    on accounts.account_id = health.account_id
        and as_of.last_month = health.snapshot_month
left join risks on accounts.account_id = risks.account_id
left join activity on accounts.account_id = activity.account_id
left join support
    on accounts.account_id = support.account_id
        and as_of.last_month = support.snapshot_month
left join plans on accounts.account_id = plans.account_id
