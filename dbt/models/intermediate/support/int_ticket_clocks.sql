-- tickets as they are known on the as-of date, beside the instants at which an answer and a resolution are due
with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

policies as (

    select * from {{ ref('stg_support__sla_policies') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    tickets.ticket_id,
    tickets.account_id,
    tickets.user_id,
    tickets.feature_id,
    tickets.root_cause_id,
    tickets.priority,
    tickets.category,
    tickets.channel,
    tickets.subject,
    tickets.app_version,
    tickets.created_date,
    tickets.csat_score,
    tickets.reopened_count,
    tickets.is_escalated,
    policies.first_response_hours as first_response_target_hours,
    policies.resolution_hours as resolution_target_hours,
    tickets.created_at,
    -- what happens after the as-of date is not known on it
    case when tickets.first_response_at < as_of.as_of_at then tickets.first_response_at end as answered_at,
    case when tickets.resolved_at < as_of.as_of_at then tickets.resolved_at end as solved_at,
    cast(tickets.created_at + policies.first_response_hours * interval '1' hour as timestamp) as answer_due_at,
    cast(tickets.created_at + policies.resolution_hours * interval '1' hour as timestamp) as solve_due_at,
    cast(tickets.created_at + policies.resolution_hours / 2 * interval '1' hour as timestamp) as half_due_at,
    as_of.as_of_at
from tickets
cross join as_of
left join policies on tickets.priority = policies.priority
where tickets.created_at < as_of.as_of_at
