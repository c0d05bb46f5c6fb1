-- noqa: disable=LT02
{{ config(tags=['mart'], indexes=[{'columns': ['segment', 'region', 'acquisition_channel']}]) }}

{% set rules = inactivity_rules() %}

with

accounts as (

    select * from {{ ref('dim_account') }}

),

activity as (

    select * from {{ ref('int_account_activity') }}

),

plans as (

    select * from {{ ref('int_account_plans') }}

),

lifetimes as (

    select * from {{ ref('int_segment_lifetimes') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

company as (

    select * from {{ ref('dim_company') }}

),

scored as (

    select
        activity.*,
        -- nothing where silence is not known; it weighs most: no points in the first days, everything after months; then falling use, open tickets, unpaid bills
        case when days_since_login is not null then cast(round(cast(
            {{ rules.silence_most }} * least(1, greatest(0, (days_since_login - {{ rules.silence_free_days }}) / {{ rules.silence_full_days - rules.silence_free_days }}.0))
            + case
                when events_28d = 0 then {{ rules.usage_most }}
                when events_28d_before > 0 then {{ rules.usage_most }} * greatest(0, 1 - cast(events_28d as {{ type_double() }}) / events_28d_before)
                else 0
            end
            + least({{ rules.ticket_most }}, {{ rules.ticket_each }} * coalesce(open_tickets, 0))
            + least({{ rules.payment_most }}, {{ rules.payment_each }} * coalesce(failed_payments_90d + overdue_invoices, 0))
            as numeric(10, 4)
        ), 1) as numeric(5, 1)) end as risk_score
    from activity

)

select
    scored.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.account_name,
    accounts.lifecycle_stage,
    as_of.as_of_date,
    {{ level_of('scored.risk_score', rules.levels, 'active') }} as risk_level,
    plans.plan_tier,
    plans.product_names,
    scored.risk_score,
    scored.days_since_login,
    accounts.current_mrr as mrr,
    cast(coalesce(lifetimes.expected_months, 0) as {{ type_double() }}) as expected_remaining_months,
    cast(accounts.current_mrr * company.gross_margin * coalesce(lifetimes.expected_months, 0) as numeric(38, 2)) as estimated_clv,
    scored.user_count,
    scored.tickets,
    scored.open_tickets,
    coalesce(plans.products_held, 0) as products_held,
    {{ as_count('accounts.is_active_customer') }} as paying_customers,
    {{ known_flag('scored.days_since_login is not null', 'accounts.is_active_customer and scored.days_since_login >= 30') }} as inactive_customers_30d,
    {{ known_flag('scored.days_since_login is not null', 'accounts.is_active_customer and scored.days_since_login >= 90') }} as inactive_customers_90d,
    cast(case when scored.days_since_login >= 30 then accounts.current_mrr when scored.days_since_login is not null then 0 end as numeric(38, 2)) as inactive_mrr_30d,
    accounts.is_active_customer,
    scored.days_since_login >= 30 as is_inactive_30d,
    scored.days_since_login >= 90 as is_inactive_90d,
    scored.last_login_at,
    accounts.churned_at as revenue_churned_at
from scored
cross join as_of
cross join company
inner join accounts on scored.account_id = accounts.account_id
left join plans on scored.account_id = plans.account_id
left join lifetimes
    on accounts.segment = lifetimes.segment
        and accounts.is_active_customer
