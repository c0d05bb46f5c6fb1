{{ config(tags=['fact'], indexes=[{'columns': ['account_id']}, {'columns': ['trial_end_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

states as (

    select * from {{ ref('int_subscription_states') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

trials as (

    select
        subscription_id,
        account_id,
        coalesce(trial_started_at, started_at) as trial_started_at,
        -- a trial that is cut short ends with its service
        least(trial_ended_at, coalesce(ended_at, trial_ended_at)) as trial_ended_at
    from subscriptions
    where trial_ended_at is not null

),

first_paid as (

    select
        trials.subscription_id,
        min(states.paid_from) as converted_at
    from trials
    inner join states
        on trials.account_id = states.account_id
            and trials.trial_ended_at <= states.paid_from
    inner join subscriptions as paying on states.subscription_id = paying.subscription_id
    -- the trial itself goes on paid, or another subscription takes its place; one that ran beside it all along does not
    where states.subscription_id = trials.subscription_id
        or paying.started_at >= trials.trial_ended_at
    group by trials.subscription_id

),

judged as (

    select
        trials.*,
        first_paid.converted_at,
        trials.trial_ended_at <= as_of.as_of_at - {{ var('trial_conversion_days') }} * interval '1' day as is_mature,
        coalesce(first_paid.converted_at <= trials.trial_ended_at + {{ var('trial_conversion_days') }} * interval '1' day, false) as is_converted
    from trials
    cross join as_of
    left join first_paid on trials.subscription_id = first_paid.subscription_id
    where trials.trial_ended_at >= as_of.data_start_date
        and trials.trial_ended_at < as_of.as_of_at

)

select
    judged.subscription_id as trial_id,
    judged.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('judged.trial_ended_at') }} as trial_end_month,
    1 as ended_trials,
    {{ as_count('judged.is_mature') }} as mature_trials,
    {{ as_count('judged.is_mature and judged.is_converted') }} as converted_trials,
    case when judged.is_converted then {{ days_between('judged.trial_ended_at', 'judged.converted_at') }} end as days_to_convert,
    judged.is_mature,
    judged.is_converted,
    judged.trial_started_at,
    judged.trial_ended_at,
    judged.converted_at
from judged
inner join accounts on judged.account_id = accounts.account_id
