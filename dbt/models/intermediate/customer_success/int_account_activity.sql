-- one row per account that ever paid or had users: its signs of life as of the as-of date
with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

spans as (

    select * from {{ ref('int_account_paid_span') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

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

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

user_counts as (

    select
        users.account_id,
        count(*) as user_count,
        min(users.created_at) as first_user_at
    from users
    cross join as_of
    where users.created_at < as_of.as_of_at
    group by users.account_id

),

ticket_counts as (

    select
        account_id,
        count(*) as tickets
    from tickets
    group by account_id

)

select
    accounts.account_id,
    coalesce(user_counts.user_count, 0) as user_count,
    logins.last_login_at,
    {{ days_since_login('logins.last_login_at', 'user_counts.first_user_at', 'spans.first_paid_at', 'as_of.data_start_date', 'as_of.as_of_at') }} as days_since_login,
    coalesce(usage.events_28d, 0) as events_28d,
    coalesce(usage.events_28d_before, 0) as events_28d_before,
    coalesce(ticket_counts.tickets, 0) as tickets,
    coalesce(support.open_tickets, 0) as open_tickets,
    coalesce(payments.failed_payments_90d, 0) as failed_payments_90d,
    coalesce(payments.overdue_invoices, 0) as overdue_invoices
from accounts
cross join as_of
left join spans on accounts.account_id = spans.account_id
left join user_counts on accounts.account_id = user_counts.account_id
left join ticket_counts on accounts.account_id = ticket_counts.account_id
left join usage
    on accounts.account_id = usage.account_id
        and as_of.last_month = usage.snapshot_month
left join logins
    on accounts.account_id = logins.account_id
        and as_of.last_month = logins.snapshot_month
left join support
    on accounts.account_id = support.account_id
        and as_of.last_month = support.snapshot_month
left join payments
    on accounts.account_id = payments.account_id
        and as_of.last_month = payments.snapshot_month
where spans.account_id is not null
    or user_counts.account_id is not null
