{{ config(tags=['mart'], indexes=[{'columns': ['snapshot_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id', 'snapshot_month'], 'unique': true}]) }}

with

points as (

    select * from {{ ref('int_customer_points_lost') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

loaded as (

    select {{ has_rows('product.events') }} and {{ has_rows('product.users') }} as has_usage
    from loaded_sources

),

-- a part that nothing is known of has no score
parts as (

    select
        points.*,
        case when is_usage_known then {{ points_left('density_lost + trend_lost') }} end as usage_score,
        case when is_support_known then {{ points_left('volume_lost + escalation_lost + breach_lost + csat_lost') }} end as support_score,
        case when is_revenue_known then {{ points_left('mrr_lost + failed_payment_lost + overdue_lost') }} end as revenue_score,
        case when is_usage_known then {{ points_left('login_lost + share_lost + feature_lost + activation_lost + sentiment_lost') }} end as engagement_score
    from points

),

scored as (

    select
        parts.*,
        loaded.has_usage,
        {{ health_score() }} as health_score,
        {{ health_rests_on() }} as rests_on
    from parts
    cross join loaded

),

tiered as (

    select
        scored.*,
        {{ health_tier('health_score') }} as health_tier
    from scored

)

select
    {{ row_key(['tiered.account_id', 'tiered.snapshot_month']) }} as health_id,
    tiered.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    tiered.snapshot_month,
    tiered.snapshot_date,
    tiered.health_tier,
    tiered.rests_on,
    cast(case
        when usage_score is null then {{ usage_lacking() }}
        when events_28d = 0 then 'No use in four weeks'
        when usage_score > 95 then 'Used by everyone, all the time'
        when trend_lost >= density_lost then 'Use fell by ' || {{ in_words('100 * (1 - usage_ratio)') }} || ' % in four weeks'
        else 'Users were active on ' || {{ in_words('100 * usage_density') }} || ' % of the working days'
    end as varchar(255)) as usage_reason,
    cast(case
        when support_score is null then 'Needs support.tickets'
        when support_score = 100 then 'Nothing troubles them'
        when escalation_lost >= greatest(breach_lost, csat_lost, volume_lost) then {{ in_words('escalated_tickets_90d') }} || ' escalated in 90 days'
        when breach_lost >= greatest(csat_lost, volume_lost) then {{ in_words('breached_tickets_90d') }} || ' answered too late in 90 days'
        when csat_lost >= volume_lost then 'Unhappy answers: ' || cast(cast(csat_90d as numeric(3, 1)) as varchar(20)) || ' of 5'
        else {{ in_words('tickets_90d') }} || ' tickets in 90 days'
    end as varchar(255)) as support_reason,
    cast(case
        when revenue_score is null then 'A customer for less than three months; needs billing.invoices'
        when overdue_lost > 0 and overdue_lost >= greatest(failed_payment_lost, mrr_lost) then {{ in_words('overdue_invoices') }} || ' overdue: ' || {{ in_words('overdue_amount') }}
        when failed_payment_lost > 0 and failed_payment_lost >= mrr_lost then {{ in_words('failed_payments_90d') }} || ' failed payments in 90 days'
        when mrr_ratio < 1 then 'MRR fell by ' || {{ in_words('100 * (1 - mrr_ratio)') }} || ' % in three months'
        when mrr_ratio > 1 then 'MRR grew by ' || {{ in_words('100 * (mrr_ratio - 1)') }} || ' % in three months'
        when mrr_ratio = 1 then 'MRR unchanged for three months'
        else 'A customer for less than three months'
    end as varchar(255)) as revenue_reason,
    cast(case
        when engagement_score is null then {{ usage_lacking() }}
        when engagement_score > 95 then 'Everyone came, lately'
        when login_lost >= greatest(share_lost, feature_lost, activation_lost, sentiment_lost) then 'No login for ' || {{ in_words('days_since_login') }} || ' days'
        when share_lost >= greatest(feature_lost, activation_lost, sentiment_lost) then {{ in_words('100 * active_share') }} || ' % of the users came in four weeks'
        when activation_lost >= greatest(feature_lost, sentiment_lost) then {{ in_words('100 * activated_share') }} || ' % of the new users activated'
        when feature_lost >= sentiment_lost then 'Only ' || {{ in_words('features_28d') }} || ' features used in four weeks'
        else 'More bad talks than good ones in 90 days'
    end as varchar(255)) as engagement_reason,
    tiered.health_score,
    tiered.usage_score,
    tiered.support_score,
    tiered.revenue_score,
    tiered.engagement_score,
    tiered.mrr,
    cast(case when tiered.health_tier = 'at_risk' then tiered.mrr when tiered.health_tier is not null then 0 end as numeric(38, 2)) as unhealthy_mrr,
    1 as customers,
    {{ as_count('tiered.health_score is not null') }} as scored_customers,
    {{ known_flag('tiered.health_tier is not null', "tiered.health_tier = 'healthy'") }} as healthy_customers,
    {{ known_flag('tiered.health_tier is not null', "tiered.health_tier = 'at_risk'") }} as unhealthy_customers,
    tiered.is_latest,
    tiered.is_partial_month
from tiered
inner join accounts on tiered.account_id = accounts.account_id
