{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

root_causes as (

    select * from {{ ref('stg_support__root_causes') }}

),

releases as (

    select * from {{ ref('int_release_periods') }}

),

words as (

    select * from {{ ref('int_words') }}

),

topics as (

    select * from {{ ref('stg_scores__ticket_topics') }}

)

select
    tickets.ticket_id,
    tickets.account_id,
    tickets.segment,
    tickets.region,
    tickets.acquisition_channel,
    tickets.feature_id,
    tickets.root_cause_id,
    tickets.account_name,
    tickets.priority,
    tickets.category,
    tickets.channel,
    tickets.subject,
    tickets.app_version,
    releases.version as release_version,
    coalesce(root_causes.root_cause_name, 'Not yet known') as root_cause_name,
    root_causes.category as root_cause_category,
    root_causes.severity as root_cause_severity,
    topics.topic,
    topics.topic_state,
    topics.topic_guess,
    topics.topic_runner_up,
    topics.topic_confidence,
    tickets.created_date,
    {{ month_of('tickets.created_at') }} as created_month,
    tickets.first_response_state,
    tickets.resolution_state,
    case
        when tickets.resolution_state = 'no_target' then 'no_target'
        when tickets.solved_at is null and tickets.resolution_state = 'breached' then 'open_breached'
        when tickets.solved_at is null then 'open_in_time'
        when tickets.resolution_state = 'breached' then 'closed_breached'
        else 'closed_in_time'
    end as breach_state,
    case
        when tickets.solved_at is not null and tickets.solve_run * 2 <= tickets.solve_target then 'fast'
        when tickets.resolution_state = 'met' then 'normal'
        when tickets.resolution_state = 'breached' then 'slow'
    end as resolution_speed,
    case
        when tickets.csat_score >= 4 then 'satisfied'
        when tickets.csat_score >= 3 then 'neutral'
        when tickets.csat_score < 3 then 'unsatisfied'
    end as csat_tier,
    tickets.csat_score,
    tickets.reopened_count,
    case when tickets.answered_at is not null then {{ hours_of('tickets.answer_run') }} end as first_response_hours,
    case when tickets.solved_at is not null then {{ hours_of('tickets.solve_run') }} end as resolution_hours,
    tickets.first_response_target_hours,
    tickets.resolution_target_hours,
    case
        when tickets.solved_at is not null
            then {{ hours_of('tickets.solve_run') }} / nullif(cast(tickets.resolution_target_hours as {{ type_double() }}), 0)
    end as resolution_sla_ratio,
    case when tickets.solved_at is null then tickets.age_hours end as age_hours,
    1 as tickets,
    {{ as_count("tickets.first_response_state = 'met'") }} as first_response_met,
    {{ as_count("tickets.first_response_state = 'breached'") }} as first_response_breached,
    {{ as_count("tickets.resolution_state = 'met'") }} as resolution_met,
    {{ as_count("tickets.resolution_state = 'breached'") }} as resolution_breached,
    {{ as_count('tickets.solved_at is null') }} as open_tickets,
    {{ as_count("tickets.solved_at is null and tickets.resolution_state = 'breached'") }} as open_and_breached,
    {{ as_count('tickets.is_escalated') }} as escalated_tickets,
    {{ as_count('tickets.reopened_count > 0') }} as reopened_tickets,
    {{ as_count('tickets.csat_score is not null') }} as csat_answers,
    {{ as_count('tickets.csat_score >= 4') }} as csat_satisfied,
    tickets.solved_at is null as is_open,
    tickets.is_escalated,
    coalesce(words.is_technical, false) as is_technical,
    tickets.created_at,
    tickets.answered_at as first_response_at,
    tickets.solved_at as resolved_at,
    tickets.answer_due_at as first_response_due_at,
    tickets.solve_due_at as resolution_due_at
from tickets
left join releases
    on tickets.created_at >= releases.released_at
        and (tickets.created_at < releases.superseded_at or releases.superseded_at is null)
left join words
    on words.kind = 'ticket_category'
        and tickets.category = words.value
left join root_causes on tickets.root_cause_id = root_causes.root_cause_id
left join topics on tickets.ticket_id = topics.ticket_id
