{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

clocks as (

    select * from {{ ref('int_ticket_clocks') }}

),

root_causes as (

    select * from {{ ref('stg_support__root_causes') }}

),

releases as (

    select * from {{ ref('int_release_periods') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

judged as (

    select
        *,
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
    from clocks

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
    releases.version as release_version,
    coalesce(root_causes.root_cause_name, 'Not yet known') as root_cause_name,
    root_causes.category as root_cause_category,
    root_causes.severity as root_cause_severity,
    judged.created_date,
    {{ month_of('judged.created_at') }} as created_month,
    judged.first_response_state,
    judged.resolution_state,
    case
        when judged.resolution_state = 'no_target' then 'no_target'
        when judged.solved_at is null and judged.resolution_state = 'breached' then 'open_breached'
        when judged.solved_at is null then 'open_in_time'
        when judged.resolution_state = 'breached' then 'closed_breached'
        else 'closed_in_time'
    end as breach_state,
    case
        when judged.solved_at <= judged.half_due_at then 'fast'
        when judged.resolution_state = 'met' then 'normal'
        when judged.resolution_state = 'breached' then 'slow'
    end as resolution_speed,
    case
        when judged.csat_score > 3 then 'satisfied'
        when judged.csat_score = 3 then 'neutral'
        when judged.csat_score < 3 then 'unsatisfied'
    end as csat_tier,
    judged.csat_score,
    judged.reopened_count,
    {{ hours_between('judged.created_at', 'judged.answered_at') }} as first_response_hours,
    {{ hours_between('judged.created_at', 'judged.solved_at') }} as resolution_hours,
    judged.first_response_target_hours,
    judged.resolution_target_hours,
    {{ hours_between('judged.created_at', 'judged.solved_at') }} / nullif(cast(judged.resolution_target_hours as {{ type_double() }}), 0) as resolution_sla_ratio,
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
left join releases
    on judged.created_at >= releases.released_at
        and (judged.created_at < releases.superseded_at or releases.superseded_at is null)
left join root_causes on judged.root_cause_id = root_causes.root_cause_id
