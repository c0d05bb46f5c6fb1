-- paying account × month end: the points that each driver takes from its part of the health score, of 100
with

signals as (

    select * from {{ ref('int_customer_signals') }}

),

rates as (

    select
        signals.*,
        -- a user could be active on twenty working days
        case when user_count > 0 then cast(user_days_28d as {{ type_double() }}) / (20 * user_count) else 0 end as usage_density,
        case when has_usage_trend then cast(events_28d as {{ type_double() }}) / events_28d_before end as usage_ratio,
        case when user_count > 0 then cast(active_users_28d as {{ type_double() }}) / user_count else 0 end as active_share,
        case when csat_answers_90d > 0 then cast(csat_points_90d as {{ type_double() }}) / csat_answers_90d end as csat_90d,
        case when observed_users > 0 then cast(activated_users as {{ type_double() }}) / observed_users end as activated_share,
        -- a larger account writes more: one ticket, and one for every four users, is usual in 90 days
        tickets_90d / (1 + cast(user_count as {{ type_double() }}) / 4) as ticket_load,
        cast(mrr as {{ type_double() }}) / mrr_3_months_ago as mrr_ratio
    from signals

)

select
    rates.*,
    -- half of the possible user days is as good as it gets; a fall to 30 % of the use before is as bad
    case when events_28d = 0 then 100 else 70 * (1 - least(1, usage_density / 0.5)) end as density_lost,
    case when events_28d = 0 then 0 else 30 * least(1, greatest(0, (0.9 - coalesce(usage_ratio, 1)) / 0.6)) end as trend_lost,
    least(60, 20 * ticket_load) as volume_lost,
    least(40, 20 * escalated_tickets_90d) as escalation_lost,
    least(30, 10 * breached_tickets_90d) as breach_lost,
    least(30, 15 * greatest(0, 4 - coalesce(csat_90d, 4))) as csat_lost,
    -- standing still costs a little, shrinking much
    case
        when mrr_ratio is null then 0
        when mrr_ratio > 1 then 0
        when mrr_ratio = 1 then 25
        else least(70, 35 + 200 * (1 - mrr_ratio))
    end as mrr_lost,
    least(36, 12 * failed_payments_90d) as failed_payment_lost,
    least(50, 25 * overdue_invoices) as overdue_lost,
    least(50, 2 * greatest(0, days_since_login - 3)) as login_lost,
    30 * (1 - least(1, active_share)) as share_lost,
    20 * (1 - least(1, features_28d / cast(10 as {{ type_double() }}))) as feature_lost,
    30 * (1 - coalesce(activated_share, 1)) as activation_lost,
    case when negative_activities_90d > positive_activities_90d then 15 else 0 end as sentiment_lost
from rates
