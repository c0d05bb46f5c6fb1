-- paying account × month end: everything that the health score looks at, side by side; what nobody recorded is empty, not 0
with

snapshots as (

    select * from {{ ref('int_customer_snapshots') }}

),

usage as (

    select * from {{ ref('int_usage_snapshots') }}

),

logins as (

    select * from {{ ref('int_login_snapshots') }}

),

support as (

    select * from {{ ref('int_support_snapshots') }}

),

payments as (

    select * from {{ ref('int_payment_snapshots') }}

),

contacts as (

    select * from {{ ref('int_contact_snapshots') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ first_day_of('product.events') }} as first_event_date,
        {{ first_day_of('support.tickets') }} as first_ticket_date,
        {{ first_day_of('billing.invoices') }} as first_invoice_date,
        {{ has_rows('product.events.login') }} as has_logins,
        {{ has_rows('product.events.feature') }} and {{ has_rows('product.features') }} as has_feature_uses,
        {{ has_rows('product.events.activation') }} as has_activations
    from loaded_sources

),

-- a source tells nothing of the time before its first row, and events nothing of an account whose users are not known
begun as (

    select
        snapshots.*,
        greatest(as_of.data_start_date, loaded.first_event_date) as observed_from,
        snapshots.user_count > 0 and coalesce(loaded.first_event_date < snapshots.known_until_at, false) as is_usage_known,
        coalesce(loaded.first_ticket_date < snapshots.known_until_at, false) as is_support_known,
        coalesce(loaded.first_invoice_date < snapshots.known_until_at, false) as is_billing_known,
        loaded.has_logins,
        loaded.has_feature_uses,
        loaded.has_activations
    from snapshots
    cross join as_of
    cross join loaded

),

known as (

    select
        begun.*,
        is_usage_known and has_logins as is_login_known,
        is_usage_known and has_feature_uses as is_feature_use_known,
        is_usage_known and has_activations as is_activation_known
    from begun

)

select
    known.*,
    {{ known_count('known.is_usage_known', 'usage.events_28d') }} as events_28d,
    {{ known_count('known.is_usage_known', 'usage.events_28d_before') }} as events_28d_before,
    {{ known_count('known.is_usage_known', 'usage.events_90d') }} as events_90d,
    {{ known_count('known.is_usage_known', 'usage.active_users_28d') }} as active_users_28d,
    {{ known_count('known.is_feature_use_known', 'usage.features_28d') }} as features_28d,
    {{ known_count('known.is_usage_known', 'usage.user_days_28d') }} as user_days_28d,
    -- a trend needs 56 days that were observed, with users there to be active
    known.observed_from <= known.known_until_at - interval '56' day
    and coalesce(known.first_user_at <= known.known_until_at - interval '56' day, false)
    and coalesce(known.is_usage_known and usage.events_28d_before > 0, false) as has_usage_trend,
    logins.last_login_at,
    case when known.is_login_known then {{ days_since_login('logins.last_login_at', 'known.first_user_at', 'known.observed_from', 'known.known_until_at') }} end as days_since_login,
    {{ known_count('known.is_support_known', 'support.tickets_90d') }} as tickets_90d,
    {{ known_count('known.is_support_known', 'support.open_tickets') }} as open_tickets,
    {{ known_count('known.is_support_known', 'support.escalated_tickets_90d') }} as escalated_tickets_90d,
    {{ known_count('known.is_support_known', 'support.breached_tickets_90d') }} as breached_tickets_90d,
    {{ known_count('known.is_support_known', 'support.csat_answers_90d') }} as csat_answers_90d,
    {{ known_count('known.is_support_known', 'support.csat_points_90d') }} as csat_points_90d,
    {{ known_count('known.is_billing_known', 'payments.failed_payments_90d') }} as failed_payments_90d,
    {{ known_count('known.is_billing_known', 'payments.overdue_invoices') }} as overdue_invoices,
    {{ known_count('known.is_billing_known', 'payments.overdue_amount') }} as overdue_amount,
    coalesce(contacts.activities_90d, 0) as activities_90d,
    coalesce(contacts.positive_activities_90d, 0) as positive_activities_90d,
    coalesce(contacts.negative_activities_90d, 0) as negative_activities_90d
from known
left join usage
    on known.account_id = usage.account_id
        and known.snapshot_month = usage.snapshot_month
left join logins
    on known.account_id = logins.account_id
        and known.snapshot_month = logins.snapshot_month
left join support
    on known.account_id = support.account_id
        and known.snapshot_month = support.snapshot_month
left join payments
    on known.account_id = payments.account_id
        and known.snapshot_month = payments.snapshot_month
left join contacts
    on known.account_id = contacts.account_id
        and known.snapshot_month = contacts.snapshot_month
