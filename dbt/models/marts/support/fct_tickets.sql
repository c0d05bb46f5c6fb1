{{ config(indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

policies as (

    select * from {{ ref('stg_support__sla_policies') }}

),

root_causes as (

    select * from {{ ref('stg_support__root_causes') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

timed as (

    select
        tickets.*,
        -- what happens after the as-of date is not known on it
        case when tickets.first_response_at < as_of.as_of_at then tickets.first_response_at end as answered_at,
        case when tickets.resolved_at < as_of.as_of_at then tickets.resolved_at end as solved_at,
        cast(tickets.created_at + policies.first_response_hours * interval '1' hour as timestamp) as answer_due_at,
        cast(tickets.created_at + policies.resolution_hours * interval '1' hour as timestamp) as solve_due_at,
        as_of.as_of_at
    from tickets
    cross join as_of
    left join policies on tickets.priority = policies.priority
    where tickets.created_at < as_of.as_of_at

),

judged as (

    select
        timed.*,
        case
            when answer_due_at is null then 'no_target'
            when answered_at <= answer_due_at then 'met'
            when answered_at > answer_due_at or answer_due_at < as_of_at then 'breached'
            else 'pending'
        end as first_response_state,
        case
            when solve_due_at is null then 'no_target'
            when solved_at <= solve_due_at then 'met'
            when solved_at > solve_due_at or solve_due_at < as_of_at then 'breached'
            else 'pending'
        end as resolution_state
    from timed

)

select
    judged.ticket_id,
    judged.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    judged.feature_id,
    judged.root_cause_id,
    accounts.account_name,
    judged.priority,
    judged.category,
    judged.channel,
    judged.subject,
    judged.app_version,
    coalesce(root_causes.root_cause_name, 'Not yet known') as root_cause_name,
    root_causes.severity as root_cause_severity,
    judged.created_date,
    {{ month_of('judged.created_at') }} as created_month,
    judged.first_response_state,
    judged.resolution_state,
    judged.csat_score,
    judged.reopened_count,
    {{ hours_between('judged.created_at', 'judged.answered_at') }} as first_response_hours,
    {{ hours_between('judged.created_at', 'judged.solved_at') }} as resolution_hours,
    case when judged.solved_at is null then {{ hours_between('judged.created_at', 'judged.as_of_at') }} end as age_hours,
    1 as tickets,
    {{ as_count("judged.first_response_state = 'met'") }} as first_response_met,
    {{ as_count("judged.first_response_state = 'breached'") }} as first_response_breached,
    {{ as_count("judged.resolution_state = 'met'") }} as resolution_met,
    {{ as_count("judged.resolution_state = 'breached'") }} as resolution_breached,
    {{ as_count('judged.solved_at is null') }} as open_tickets,
    {{ as_count("judged.solved_at is null and judged.resolution_state = 'breached'") }} as open_and_breached,
    {{ as_count('judged.is_escalated') }} as escalated_tickets,
    {{ as_count('judged.reopened_count > 0') }} as reopened_tickets,
    {{ as_count('judged.csat_score is not null') }} as csat_answers,
    {{ as_count('judged.csat_score >= 4') }} as csat_satisfied,
    judged.solved_at is null as is_open,
    judged.is_escalated,
    judged.created_at,
    judged.answered_at as first_response_at,
    judged.solved_at as resolved_at
from judged
inner join accounts on judged.account_id = accounts.account_id
left join root_causes on judged.root_cause_id = root_causes.root_cause_id
