-- one row per paid episode that ended within the window, with the support, payments and usage of its last 90 days; what nobody recorded is empty, not 0
with

episodes as (

    select * from {{ ref('int_paid_episodes') }}

),

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ has_rows('support.tickets') }} as has_tickets,
        {{ has_rows('billing.invoices') }} as has_invoices,
        {{ has_rows('product.events') }} as has_events
    from loaded_sources

),

-- events tell nothing of an account whose users are not known
with_users as (

    select distinct account_id
    from users

),

numbered as (

    select
        episodes.*,
        {{ month_of('episodes.ended_at') }} as churn_month,
        lead(episodes.started_at) over (partition by episodes.account_id order by episodes.episode_number) as returned_at,
        row_number() over (
            partition by episodes.account_id, {{ month_of('episodes.ended_at') }}
            order by episodes.episode_number desc
        ) = 1 as is_last_of_month
    from episodes

),

ended as (

    select
        numbered.*,
        as_of.data_start_date <= numbered.ended_at - interval '90' day as is_fully_observed
    from numbered
    cross join as_of
    where numbered.ended_at >= as_of.data_start_date

),

support as (

    select
        ended.account_id,
        ended.episode_number,
        count(*) as tickets_90d,
        count(*) filter (where tickets.is_escalated) as escalated_tickets_90d,
        count(*) filter (where tickets.csat_score <= 3) as low_csat_answers_90d
    from ended
    inner join tickets
        on ended.account_id = tickets.account_id
            and ended.ended_at > tickets.created_at
            and ended.ended_at - interval '90' day <= tickets.created_at
    group by ended.account_id, ended.episode_number

),

failures as (

    select
        ended.account_id,
        ended.episode_number,
        count(*) as failed_payments_90d
    from ended
    inner join invoices on ended.account_id = invoices.account_id
    inner join payments
        on invoices.invoice_id = payments.invoice_id
            and ended.ended_at > payments.attempted_at
            and ended.ended_at - interval '90' day <= payments.attempted_at
    where payments.is_failed
    group by ended.account_id, ended.episode_number

),

usage as (

    select
        ended.account_id,
        ended.episode_number,
        sum(user_days.events) filter (where user_days.activity_date >= cast(ended.ended_at - interval '90' day as date)) as events_90d,
        max(user_days.activity_date) filter (where user_days.logins > 0) as last_login_date
    from ended
    inner join user_days
        on ended.account_id = user_days.account_id
        -- whole days before the end
            and cast(ended.ended_at as date) > user_days.activity_date
    group by ended.account_id, ended.episode_number

)

select
    ended.*,
    {{ known_count('loaded.has_tickets', 'support.tickets_90d') }} as tickets_90d,
    {{ known_count('loaded.has_tickets', 'support.escalated_tickets_90d') }} as escalated_tickets_90d,
    {{ known_count('loaded.has_tickets', 'support.low_csat_answers_90d') }} as low_csat_answers_90d,
    {{ known_count('loaded.has_invoices', 'failures.failed_payments_90d') }} as failed_payments_90d,
    cast({{ known_count('loaded.has_events and with_users.account_id is not null', 'usage.events_90d') }} as bigint) as events_90d,
    cast(ended.ended_at as date) - usage.last_login_date as days_since_login
from ended
cross join loaded
left join with_users on ended.account_id = with_users.account_id
left join support
    on ended.account_id = support.account_id
        and ended.episode_number = support.episode_number
left join failures
    on ended.account_id = failures.account_id
        and ended.episode_number = failures.episode_number
left join usage
    on ended.account_id = usage.account_id
        and ended.episode_number = usage.episode_number
