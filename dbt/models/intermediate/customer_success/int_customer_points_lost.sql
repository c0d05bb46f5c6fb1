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
        case when user_count > 0 then cast(user_days_28d as {{ type_double() }}) / ({{ usage.working_days }} * user_count) else 0 end as usage_density,
        case when has_usage_trend then cast(events_28d as {{ type_double() }}) / events_28d_before end as usage_ratio,
        case when user_count > 0 then cast(active_users_28d as {{ type_double() }}) / user_count else 0 end as active_share,
        case when csat_answers_90d > 0 then cast(csat_points_90d as {{ type_double() }}) / csat_answers_90d end as csat_90d,
        case when observed_users > 0 then cast(activated_users as {{ type_double() }}) / observed_users end as activated_share,
        -- a larger account writes more: one ticket, and one for every few users, is usual in 90 days
        tickets_90d / (1 + cast(user_count as {{ type_double() }}) / {{ support.users_per_usual_ticket }}) as ticket_load,
        cast(mrr as {{ type_double() }}) / mrr_3_months_ago as mrr_ratio
    from signals

)

select
    rates.*,
    -- a share of the possible user days is as good as it gets, a fall of the use before as bad
    case when events_28d = 0 then 100 else {{ usage.density_most }} * (1 - least(1, usage_density / {{ usage.density_full }})) end as density_lost,
    case when events_28d = 0 then 0 else {{ usage.trend_most }} * least(1, greatest(0, ({{ usage.trend_from }} - coalesce(usage_ratio, 1)) / {{ usage.trend_span }})) end as trend_lost,
    least({{ support.volume_most }}, {{ support.volume_each }} * ticket_load) as volume_lost,
    least({{ support.escalation_most }}, {{ support.escalation_each }} * escalated_tickets_90d) as escalation_lost,
    least({{ support.breach_most }}, {{ support.breach_each }} * breached_tickets_90d) as breach_lost,
    least({{ support.csat_most }}, {{ support.csat_each }} * greatest(0, {{ support.csat_full }} - coalesce(csat_90d, {{ support.csat_full }}))) as csat_lost,
    -- standing still costs a little, shrinking much
    case
        when mrr_ratio is null then 0
        when mrr_ratio > 1 then 0
        when mrr_ratio = 1 then {{ revenue.still }}
        else least({{ revenue.shrinking_most }}, {{ revenue.shrinking_from }} + {{ revenue.shrinking_each }} * (1 - mrr_ratio))
    end as mrr_lost,
    least({{ revenue.failed_payment_most }}, {{ revenue.failed_payment_each }} * failed_payments_90d) as failed_payment_lost,
    least({{ revenue.overdue_most }}, {{ revenue.overdue_each }} * overdue_invoices) as overdue_lost,
    least({{ engagement.login_most }}, {{ engagement.login_each_day }} * greatest(0, days_since_login - {{ engagement.login_free_days }})) as login_lost,
    {{ engagement.share_most }} * (1 - least(1, active_share)) as share_lost,
    {{ engagement.feature_most }} * (1 - least(1, features_28d / cast({{ engagement.feature_full }} as {{ type_double() }}))) as feature_lost,
    {{ engagement.activation_most }} * (1 - coalesce(activated_share, 1)) as activation_lost,
    case when negative_activities_90d > positive_activities_90d then {{ engagement.sentiment }} else 0 end as sentiment_lost
from rates
