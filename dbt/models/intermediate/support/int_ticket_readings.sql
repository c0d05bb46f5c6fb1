-- what the SLA clock of each ticket showed when it was opened, answered and resolved, and on the as-of date
with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

ends as (

    select * from {{ ref('int_ticket_ends') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

company as (

    select * from {{ ref('stg_company__settings') }}

),

always_priorities as (

    select * from {{ ref('stg_company__always_priorities') }}

),

-- one each, so that each is looked up by index
opened as (

    select * from {{ ref('int_service_days') }}

),

answered as (

    select * from {{ ref('int_service_days') }}

),

solved as (

    select * from {{ ref('int_service_days') }}

),

last_day as (

    select * from {{ ref('int_service_days') }}

),

-- where nobody says when it was resolved, its end stands for that
dated as (

    select
        tickets.*,
        coalesce(tickets.resolved_at, ends.ended_at) as solved_at,
        coalesce(tickets.resolved_at_utc, ends.ended_at_utc) as solved_at_utc,
        coalesce(ends.is_timed, true) as is_timed
    from tickets
    left join ends on tickets.ticket_id = ends.ticket_id

),

-- what happens after the as-of date is not known on it
known as (

    select
        tickets.ticket_id,
        tickets.priority,
        not company.has_service_hours or always_priorities.priority is not null as is_always,
        tickets.created_date as opened_date,
        cast(case when tickets.first_response_at < as_of.as_of_at then tickets.first_response_at end as date) as answered_date,
        cast(case when tickets.solved_at < as_of.as_of_at then tickets.solved_at end as date) as solved_date,
        as_of.as_of_date,
        tickets.created_at_utc as opened_at_utc,
        case when tickets.first_response_at < as_of.as_of_at then tickets.first_response_at_utc end as answered_at,
        case when tickets.solved_at < as_of.as_of_at then tickets.solved_at_utc end as solved_at,
        tickets.is_timed or tickets.solved_at >= as_of.as_of_at as is_solve_timed,
        as_of.as_of_at_utc
    from dated as tickets
    cross join as_of
    cross join company
    left join always_priorities on tickets.priority = always_priorities.priority
    where tickets.created_at < as_of.as_of_at

)

select
    known.ticket_id,
    known.is_always,
    known.priority,
    known.opened_at_utc,
    known.solved_at as solved_at_utc,
    known.is_solve_timed,
    {{ service_clock('known.opened_at_utc', 'known.is_always', 'opened') }} as opened_reading,
    {{ service_clock('known.answered_at', 'known.is_always', 'answered') }} as answered_reading,
    {{ service_clock('known.solved_at', 'known.is_always', 'solved') }} as solved_reading,
    {{ service_clock('known.as_of_at_utc', 'known.is_always', 'last_day') }} as as_of_reading
from known
left join opened on known.opened_date = opened.service_date
left join answered on known.answered_date = answered.service_date
left join solved on known.solved_date = solved.service_date
left join last_day on known.as_of_date = last_day.service_date
