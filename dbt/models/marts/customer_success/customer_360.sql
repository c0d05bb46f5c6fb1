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

as_of as (

    select * from {{ ref('int_as_of') }}

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
    health.usage_reason,
    health.support_reason,
    health.revenue_reason,
    health.engagement_reason,
    risks.risk_level,
    risks.recommended_step,
    commerce.last_invoice_state,
    accounts.current_mrr as mrr,
    cast(12 * accounts.current_mrr as numeric(18, 2)) as arr,
    commerce.lifetime_revenue,
    commerce.open_deal_amount,
    health.health_score,
    health.usage_score,
    health.support_score,
    health.revenue_score,
    health.engagement_score,
    plans.seats,
    accounts.tenure_months,
    coalesce(activity.user_count, 0) as user_count,
    coalesce(activity.events_28d, 0) as events_28d,
    coalesce(activity.events_28d_before, 0) as events_28d_before,
    coalesce(activity.tickets, 0) as tickets,
    coalesce(activity.open_tickets, 0) as open_tickets,
    coalesce(support.escalated_tickets_90d, 0) as escalated_tickets_90d,
    coalesce(support.csat_answers_90d, 0) as csat_answers_90d,
    coalesce(support.csat_points_90d, 0) as csat_points_90d,
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
