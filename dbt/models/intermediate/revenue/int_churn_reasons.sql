-- account × month with an end of service: the reason that customer success recorded, or else the one at cancellation
with

churn_events as (

    select * from {{ ref('stg_billing__churn_events') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

reported as (

    select
        account_id,
        {{ month_of('churned_at') }} as churn_month,
        churned_at,
        reason_code as reason,
        feedback_text,
        1 as preference
    from churn_events
    where not is_reactivation

),

cancelled as (

    select
        account_id,
        {{ month_of('ended_at') }} as churn_month,
        ended_at as churned_at,
        cancel_reason as reason,
        cast(null as varchar(4000)) as feedback_text,
        2 as preference
    from subscriptions
    where ended_at is not null
        and cancel_reason <> 'trial_not_converted'

),

ranked as (

    select
        both_sources.*,
        row_number() over (partition by account_id, churn_month order by preference, churned_at desc, reason) as choice
    from (select * from reported union all select * from cancelled) as both_sources

)

select
    account_id,
    churn_month,
    churned_at,
    reason,
    feedback_text
from ranked
where choice = 1
