-- paying account × month end: everything that the health score looks at, side by side
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

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    snapshots.*,
    coalesce(usage.events_28d, 0) as events_28d,
    coalesce(usage.events_28d_before, 0) as events_28d_before,
    coalesce(usage.events_90d, 0) as events_90d,
    coalesce(usage.active_users_28d, 0) as active_users_28d,
    coalesce(usage.features_28d, 0) as features_28d,
    coalesce(usage.user_days_28d, 0) as user_days_28d,
    -- a trend needs 56 days that were observed, with users there to be active
    as_of.data_start_date <= snapshots.known_until_at - interval '56' day
    and coalesce(snapshots.first_user_at <= snapshots.known_until_at - interval '56' day, false)
    and coalesce(usage.events_28d_before, 0) > 0 as has_usage_trend,
    logins.last_login_at,
    {{ days_since_login('logins.last_login_at', 'snapshots.first_user_at', 'snapshots.first_paid_at', 'as_of.data_start_date', 'snapshots.known_until_at') }} as days_since_login,
    coalesce(support.tickets_90d, 0) as tickets_90d,
    coalesce(support.open_tickets, 0) as open_tickets,
    coalesce(support.escalated_tickets_90d, 0) as escalated_tickets_90d,
    coalesce(support.breached_tickets_90d, 0) as breached_tickets_90d,
    coalesce(support.csat_answers_90d, 0) as csat_answers_90d,
    coalesce(support.csat_points_90d, 0) as csat_points_90d,
    coalesce(payments.failed_payments_90d, 0) as failed_payments_90d,
    coalesce(payments.overdue_invoices, 0) as overdue_invoices,
    coalesce(payments.overdue_amount, 0) as overdue_amount,
    coalesce(contacts.activities_90d, 0) as activities_90d,
    coalesce(contacts.positive_activities_90d, 0) as positive_activities_90d,
    coalesce(contacts.negative_activities_90d, 0) as negative_activities_90d
from snapshots
cross join as_of
left join usage
    on snapshots.account_id = usage.account_id
        and snapshots.snapshot_month = usage.snapshot_month
left join logins
    on snapshots.account_id = logins.account_id
        and snapshots.snapshot_month = logins.snapshot_month
left join support
    on snapshots.account_id = support.account_id
        and snapshots.snapshot_month = support.snapshot_month
left join payments
    on snapshots.account_id = payments.account_id
        and snapshots.snapshot_month = payments.snapshot_month
left join contacts
    on snapshots.account_id = contacts.account_id
        and snapshots.snapshot_month = contacts.snapshot_month
