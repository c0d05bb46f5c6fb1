-- account × month with an end of service: the reason that customer success recorded, or else the one at cancellation
with

churn_events as (

    select * from {{ ref('stg_billing__churn_events') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

reported as (

    select
        churn_events.account_id,
        {{ month_of('churn_events.churned_at') }} as churn_month,
        churn_events.churned_at,
        churn_events.reason_code as reason,
        churn_events.feedback_text,
        1 as preference
    from churn_events
    cross join as_of
    where not churn_events.is_reactivation
        and churn_events.churned_at < as_of.as_of_at

),

cancelled as (

    select
        subscriptions.account_id,
        {{ month_of('subscriptions.ended_at') }} as churn_month,
        subscriptions.ended_at as churned_at,
        coalesce(subscriptions.cancel_reason, '{{ unsaid_reason() }}') as reason,
        cast(null as varchar(4000)) as feedback_text,
        2 as preference
    from subscriptions
    cross join as_of
    where subscriptions.ended_at < as_of.as_of_at
        -- a trial that ended as one was never paid for: nobody churned
        and (subscriptions.trial_ended_at is null or subscriptions.ended_at > subscriptions.trial_ended_at)

),

ranked as (

    select
        both_sources.*,
        row_number() over (partition by account_id, churn_month order by preference, churned_at desc, reason) as choice
    from (
        select * from reported
        union all
        select * from cancelled
    ) as both_sources

)

select
    account_id,
    churn_month,
    churned_at,
    reason,
    feedback_text
from ranked
where choice = 1
