{{ config(tags=['fact'], indexes=[{'columns': ['occurred_at', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}, {'columns': ['deal_id']}]) }}

with

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

reps as (

    select * from {{ ref('stg_crm__sales_reps') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select
        activities.*,
        as_of.as_of_at,
        coalesce(activities.due_at, activities.occurred_at) as expected_at,
        -- what was done after the as-of date is not done yet
        case when activities.completed_at < as_of.as_of_at then activities.completed_at end as done_at,
        case when coalesce(activities.completed_at < as_of.as_of_at, true) then activities.outcome end as known_outcome
    from activities
    cross join as_of
    where activities.occurred_at < as_of.as_of_at

),

judged as (

    select
        known.*,
        case
            when known.done_at is not null then 'completed'
            when known.expected_at < known.as_of_at then 'overdue'
            else 'pending'
        end as activity_state,
        case
            when known.known_outcome = 'positive' then 'positive'
            when known.known_outcome in ('negative', 'no_show') then 'negative'
            -- reached or not, nothing was said for or against
            when known.known_outcome is not null then 'neutral'
        end as outcome_sentiment
    from known

)

select
    judged.activity_id,
    coalesce(judged.account_id, scopes.account_id) as account_id,
    judged.contact_id,
    scopes.deal_id,
    judged.owner_id,
    -- an activity of neither an account nor a deal is filtered by its owner's patch
    coalesce(accounts.segment, scopes.segment, reps.team, 'Unknown') as segment,
    coalesce(accounts.region, scopes.region, reps.region, 'Unknown') as region,
    coalesce(accounts.acquisition_channel, scopes.acquisition_channel, 'Unknown') as acquisition_channel,
    judged.activity_type,
    case when contacts.contact_id is not null then {{ initials('contacts.first_name', 'contacts.last_name') }} end as contact_initials,
    judged.outcome_sentiment,
    judged.known_outcome as outcome,
    judged.activity_state,
    case
        when scopes.is_won then 'won'
        when scopes.is_lost then 'lost'
        when scopes.deal_id is not null then 'open'
        else 'no deal'
    end as deal_result,
    {{ month_of('judged.occurred_at') }} as activity_month,
    judged.duration_minutes,
    1 as activities,
    {{ as_count("judged.activity_state = 'completed'") }} as completed_activities,
    {{ as_count("judged.activity_state = 'overdue'") }} as overdue_activities,
    {{ as_count("judged.activity_state in ('completed', 'overdue')") }} as due_activities,
    {{ as_count("judged.outcome_sentiment = 'positive'") }} as positive_activities,
    {{ as_count("judged.outcome_sentiment = 'neutral'") }} as neutral_activities,
    {{ as_count("judged.outcome_sentiment = 'negative'") }} as negative_activities,
    judged.occurred_at,
    judged.due_at,
    judged.done_at as completed_at
from judged
left join scopes on judged.deal_id = scopes.deal_id
left join accounts on coalesce(judged.account_id, scopes.account_id) = accounts.account_id
left join contacts on judged.contact_id = contacts.contact_id
left join reps on judged.owner_id = reps.rep_id
