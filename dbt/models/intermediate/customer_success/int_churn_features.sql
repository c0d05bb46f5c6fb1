{% set usual = 'over (partition by known.account_id order by known.snapshot_month rows between unbounded preceding and current row)' %}
{% set before = 'over (partition by known.account_id order by known.snapshot_month rows between unbounded preceding and 1 preceding)' %}
-- paying account × month end: what may tell of churn and was known then, beside the account's own past; and whether it left in the 90 days that followed
with

signals as (

    select * from {{ ref('int_customer_signals') }}

),

usage as (

    select * from {{ ref('int_usage_snapshots') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

states as (

    select * from {{ ref('int_subscription_states') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

spans as (

    select * from {{ ref('int_account_paid_span') }}

),

episodes as (

    select * from {{ ref('int_paid_episodes') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

contracts as (

    select
        signals.account_id,
        signals.snapshot_month,
        max(cast(12 * states.interval_count as {{ type_double() }}) / {{ units_in_a_year('states.interval_unit') }}) as term_months,
        -- who has cancelled all that it pays for is leaving, and can no longer be at risk
        bool_and(coalesce(subscriptions.cancelled_at < signals.known_until_at, false)) as is_leaving,
        cast(max(subscriptions.cancelled_at) as date) as last_cancelled_date
    from signals
    inner join states
        on signals.account_id = states.account_id
            and signals.known_until_at > states.paid_from
            and signals.known_until_at <= states.paid_to
    left join subscriptions on states.subscription_id = subscriptions.subscription_id
    group by signals.account_id, signals.snapshot_month

),

known as (

    select
        signals.*,
        accounts.segment,
        accounts.region,
        contracts.term_months,
        contracts.is_leaving,
        case when contracts.is_leaving then contracts.last_cancelled_date end as notice_date,
        spans.first_paid_at,
        -- 90 days back everything had to be watched already: half a window is no small number
        as_of.data_start_date <= signals.known_until_at - interval '90' day as is_quarter_known,
        coalesce(usage.champion_days_28d, 0) as champion_days_28d,
        coalesce(usage.champion_days_before, 0) as champion_days_before,
        ln(cast(signals.user_days_28d as {{ type_double() }}) / nullif(signals.user_count, 0) + 0.5) as use_level,
        as_of.as_of_at
    from signals
    cross join as_of
    inner join accounts on signals.account_id = accounts.account_id
    inner join contracts
        on signals.account_id = contracts.account_id
            and signals.snapshot_month = contracts.snapshot_month
    inner join spans on signals.account_id = spans.account_id
    left join usage
        on signals.account_id = usage.account_id
            and signals.snapshot_month = usage.snapshot_month

),

loaded as (

    select
        known.*,
        case when is_quarter_known then tickets_90d / sqrt(cast(greatest(user_count, 1) as {{ type_double() }})) end as support_load
    from known

)

select
    known.account_id,
    known.snapshot_month,
    known.snapshot_date,
    known.is_latest,
    known.is_leaving,
    known.notice_date,
    known.segment,
    known.region,
    known.mrr,
    known.use_level,
    avg(known.use_level) over (
        partition by known.account_id
        order by known.snapshot_month
        rows between 2 preceding and current row
    ) as use_level_quarter,
    ln((known.user_days_28d + 2) / (avg(cast(known.user_days_28d as {{ type_double() }})) {{ before }} + 2)) as use_change,
    ln((known.active_users_28d + 1) / (avg(cast(known.active_users_28d as {{ type_double() }})) {{ before }} + 1)) as active_users_change,
    case
        when known.is_usage_known and known.is_quarter_known and known.champion_days_before > 0
            then ln((known.champion_days_28d + 1) / (known.champion_days_before * 28 / cast(62 as {{ type_double() }}) + 1))
    end as champion_change,
    case when known.days_since_login is not null then ln(1 + greatest(0, known.days_since_login)) end as login_silence,
    known.support_load,
    avg(known.support_load) {{ usual }} as support_load_usual,
    case when known.is_billing_known and known.is_quarter_known then least(known.failed_payments_90d, 4) end as failed_payments,
    case when known.is_billing_known and known.is_quarter_known then least(known.overdue_invoices, 3) end as overdue_invoices,
    case when known.mrr_3_months_ago > 0 then greatest(-1, least(1, ln(cast(known.mrr as {{ type_double() }}) / known.mrr_3_months_ago))) end as mrr_change,
    ln(cast(known.mrr as {{ type_double() }})) as mrr_level,
    ln(known.term_months) as term_level,
    ln(1 + {{ days_between('known.first_paid_at', 'known.known_until_at') }}) as age_level,
    -- what came later; empty while the 90 days are not over
    case
        when known.known_until_at + interval '90' day <= known.as_of_at
            then coalesce(episodes.ended_at < known.known_until_at + interval '90' day, false)
    end as has_churned_90d
from loaded as known
left join episodes
    on known.account_id = episodes.account_id
        and known.known_until_at > episodes.started_at
        and (episodes.ended_at is null or known.known_until_at <= episodes.ended_at)
