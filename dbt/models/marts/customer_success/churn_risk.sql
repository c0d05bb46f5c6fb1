{{ config(tags=['mart'], indexes=[{'columns': ['segment', 'region', 'acquisition_channel']}]) }}

{% set rules = risk_rules() %}

with

health as (

    select * from {{ ref('customer_health_scores') }}

),

points as (

    select * from {{ ref('int_customer_points_lost') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

plans as (

    select * from {{ ref('int_account_plans') }}

),

flagged as (

    select
        health.*,
        points.usage_ratio,
        points.days_since_login,
        points.escalated_tickets_90d,
        points.mrr_ratio,
        points.overdue_amount,
        points.failed_payments_90d,
        -- what is not known raises no flag, and lowers none; a handful of events goes up and down by itself
        case
            when points.is_usage_known
                then coalesce(points.usage_ratio < {{ rules.falling_usage_below }} and points.events_28d_before >= {{ rules.least_events }}, false)
        end as has_falling_usage,
        points.escalated_tickets_90d > 0 as has_escalations,
        coalesce(points.mrr_ratio < 1, false) as has_revenue_contraction,
        points.overdue_invoices > 0 or points.failed_payments_90d >= {{ rules.failed_payments }} as has_payment_trouble,
        points.days_since_login >= 30 as has_no_login_30d,
        health.health_tier = 'at_risk' as has_low_health
    from health
    inner join points
        on health.account_id = points.account_id
            and health.snapshot_month = points.snapshot_month
    where health.is_latest

),

counted as (

    select
        flagged.*,
        {{ as_count('has_falling_usage') }} + {{ as_count('has_escalations') }} + {{ as_count('has_revenue_contraction') }}
        + {{ as_count('has_payment_trouble') }} + {{ as_count('has_no_login_30d') }} + {{ as_count('has_low_health') }} as risk_flags
    from flagged

),

scored as (

    select
        counted.*,
        -- what health lacks, and some points for each flag; low health is in the score already
        case
            when health_score is not null
                then least(100, 100 - health_score + {{ rules.points_each_flag }} * (risk_flags - {{ as_count('has_low_health') }}))
        end as risk_score
    from counted

),

levelled as (

    select
        scored.*,
        {{ level_of('risk_score', rules.levels, 'low') }} as risk_level
    from scored

)

select
    levelled.account_id,
    levelled.segment,
    levelled.region,
    levelled.acquisition_channel,
    accounts.account_name,
    accounts.owner_id,
    levelled.snapshot_date as as_of_date,
    levelled.risk_level,
    -- the one thing to do first: what stops service, what stops use, what angers, what fades
    case
        when risk_score is null then null
        when has_payment_trouble then 'Settle the open payment with their accounts team'
        when has_no_login_30d then 'Call the sponsor: nobody has logged in for a month'
        when has_escalations then 'Review the escalated tickets with support and report back'
        when has_falling_usage then 'Offer training: find out which team stopped using it'
        when has_revenue_contraction then 'Hold a value review before the next renewal'
        when has_low_health or risk_level in ('high', 'critical') then 'Open a success plan with the owner'
        when risk_level = 'medium' then 'Check in at the next meeting'
        else 'Keep in touch as planned'
    end as recommended_step,
    cast(levelled.risk_score as numeric(5, 1)) as risk_score,
    levelled.health_score,
    levelled.health_tier,
    levelled.rests_on,
    {{ main_health_reason() }} as main_reason,
    cast(levelled.risk_flags as integer) as risk_flags,
    concat_ws(
        ', ',
        case when has_falling_usage then 'falling usage' end,
        case when has_escalations then 'escalations' end,
        case when has_revenue_contraction then 'contraction' end,
        case when has_payment_trouble then 'payment trouble' end,
        case when has_no_login_30d then 'no login for 30 days' end,
        case when has_low_health then 'low health' end
    ) as flags_in_words,
    levelled.mrr,
    cast(case when levelled.risk_level in ('high', 'critical') then levelled.mrr when levelled.risk_level is not null then 0 end as numeric(38, 2)) as mrr_at_risk,
    1 as customers,
    {{ known_flag('levelled.risk_level is not null', "levelled.risk_level in ('high', 'critical')") }} as at_risk_customers,
    levelled.usage_ratio,
    levelled.days_since_login,
    levelled.escalated_tickets_90d,
    levelled.mrr_ratio as mrr_ratio_3_months,
    levelled.failed_payments_90d,
    cast(levelled.overdue_amount as numeric(38, 2)) as overdue_amount,
    plans.renewal_date,
    levelled.has_falling_usage,
    levelled.has_escalations,
    levelled.has_revenue_contraction,
    levelled.has_payment_trouble,
    levelled.has_no_login_30d,
    levelled.has_low_health
from levelled
inner join accounts on levelled.account_id = accounts.account_id
left join plans on levelled.account_id = plans.account_id
