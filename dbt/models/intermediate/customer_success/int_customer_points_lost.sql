{% set rules = health_rules() %}
{% set usage, support, revenue, engagement = rules.usage, rules.support, rules.revenue, rules.engagement %}

-- paying account × month end: the points that each driver takes from its part of the health score, of 100
with

signals as (

    select * from {{ ref('int_customer_signals') }}

),

rates as (

    select
        signals.*,
        -- a user could be active on every working day
        case when is_usage_known then cast(user_days_28d as {{ type_double() }}) / ({{ usage.working_days }} * user_count) end as usage_density,
        case when has_usage_trend then cast(events_28d as {{ type_double() }}) / events_28d_before end as usage_ratio,
        case when is_usage_known then cast(active_users_28d as {{ type_double() }}) / user_count end as active_share,
        case when csat_answers_90d > 0 then cast(csat_points_90d as {{ type_double() }}) / csat_answers_90d end as csat_90d,
        case when is_activation_known and observed_users > 0 then cast(activated_users as {{ type_double() }}) / observed_users end as activated_share,
        -- a larger account writes more: one ticket, and one for every few users, is usual in 90 days; how large it is, its users say
        case when user_count > 0 then tickets_90d / (1 + cast(user_count as {{ type_double() }}) / {{ support.users_per_usual_ticket }}) end as ticket_load,
        cast(mrr as {{ type_double() }}) / mrr_3_months_ago as mrr_ratio
    from signals

)

-- what is not known takes nothing
select
    rates.*,
    is_billing_known or mrr_ratio is not null as is_revenue_known,
    -- a share of the possible user days is as good as it gets, a fall of the use before as bad
    case
        when not is_usage_known then 0
        when events_28d = 0 then 100
        else {{ usage.density_most }} * (1 - least(1, usage_density / {{ usage.density_full }}))
    end as density_lost,
    case
        when not is_usage_known or events_28d = 0 then 0
        else {{ usage.trend_most }} * least(1, greatest(0, ({{ usage.trend_from }} - coalesce(usage_ratio, 1)) / {{ usage.trend_span }}))
    end as trend_lost,
    least({{ support.volume_most }}, {{ support.volume_each }} * coalesce(ticket_load, 0)) as volume_lost,
    least({{ support.escalation_most }}, {{ support.escalation_each }} * coalesce(escalated_tickets_90d, 0)) as escalation_lost,
    least({{ support.breach_most }}, {{ support.breach_each }} * coalesce(breached_tickets_90d, 0)) as breach_lost,
    least({{ support.csat_most }}, {{ support.csat_each }} * greatest(0, {{ support.csat_full }} - coalesce(csat_90d, {{ support.csat_full }}))) as csat_lost,
    -- standing still costs a little, shrinking much
    case
        when mrr_ratio is null then 0
        when mrr_ratio > 1 then 0
        when mrr_ratio = 1 then {{ revenue.still }}
        else least({{ revenue.shrinking_most }}, {{ revenue.shrinking_from }} + {{ revenue.shrinking_each }} * (1 - mrr_ratio))
    end as mrr_lost,
    least({{ revenue.failed_payment_most }}, {{ revenue.failed_payment_each }} * coalesce(failed_payments_90d, 0)) as failed_payment_lost,
    least({{ revenue.overdue_most }}, {{ revenue.overdue_each }} * coalesce(overdue_invoices, 0)) as overdue_lost,
    case
        when is_login_known then least({{ engagement.login_most }}, {{ engagement.login_each_day }} * greatest(0, days_since_login - {{ engagement.login_free_days }}))
        else 0
    end as login_lost,
    {{ engagement.share_most }} * (1 - least(1, coalesce(active_share, 1))) as share_lost,
    case
        when is_feature_use_known then {{ engagement.feature_most }} * (1 - least(1, features_28d / cast({{ engagement.feature_full }} as {{ type_double() }})))
        else 0
    end as feature_lost,
    {{ engagement.activation_most }} * (1 - coalesce(activated_share, 1)) as activation_lost,
    case when negative_activities_90d > positive_activities_90d then {{ engagement.sentiment }} else 0 end as sentiment_lost
from rates
