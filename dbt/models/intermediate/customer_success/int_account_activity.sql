-- one row per account that ever paid or had users: its signs of life as of the as-of date; what nobody recorded is empty, not 0
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

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ first_day_of('product.events') }} as first_event_date,
        {{ has_rows('product.users') }} as has_users,
        {{ has_rows('product.events.login') }} as has_logins,
        {{ has_rows('support.tickets') }} as has_tickets,
        {{ has_rows('billing.invoices') }} as has_invoices
    from loaded_sources

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
    {{ known_count('loaded.has_users', 'user_counts.user_count') }} as user_count,
    logins.last_login_at,
    -- events tell nothing of an account whose users are not known
    case
        when loaded.has_logins and user_counts.user_count > 0
            then {{ days_since_login('logins.last_login_at', 'user_counts.first_user_at', 'greatest(as_of.data_start_date, loaded.first_event_date)', 'as_of.as_of_at') }}
    end as days_since_login,
    {{ known_count('loaded.first_event_date is not null and user_counts.user_count > 0', 'usage.events_28d') }} as events_28d,
    {{ known_count('loaded.first_event_date is not null and user_counts.user_count > 0', 'usage.events_28d_before') }} as events_28d_before,
    {{ known_count('loaded.has_tickets', 'ticket_counts.tickets') }} as tickets,
    {{ known_count('loaded.has_tickets', 'support.open_tickets') }} as open_tickets,
    {{ known_count('loaded.has_invoices', 'payments.failed_payments_90d') }} as failed_payments_90d,
    {{ known_count('loaded.has_invoices', 'payments.overdue_invoices') }} as overdue_invoices
from accounts
cross join as_of
cross join loaded
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
