-- tickets as they are known on the as-of date, beside what their SLA clocks say and when their time ran out
with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

runs as (

    select * from {{ ref('int_ticket_runs') }}

),

answers as (

    select * from {{ ref('int_service_stretches') }}

),

solutions as (

    select * from {{ ref('int_service_stretches') }}

),

promised as (

    select
        runs.*,
        runs.opened_reading + runs.answer_due_after as answer_due_reading,
        runs.opened_reading + runs.solve_due_after as solve_due_reading
    from runs

),

-- the last instant that is in time: where the time runs out with a day's service, that is the beginning of the next
due as (

    select
        promised.*,
        case
            when promised.is_always then {{ micros_later('promised.opened_at_utc', 'promised.answer_due_after') }}
            else {{ micros_later('answers.opens_at', 'promised.answer_due_reading - answers.clock_before') }}
        end as answer_due_at_utc,
        case
            when promised.is_always then {{ micros_later('promised.opened_at_utc', 'promised.solve_due_after') }}
            else {{ micros_later('solutions.opens_at', 'promised.solve_due_reading - solutions.clock_before') }}
        end as solve_due_at_utc
    from promised
    left join answers
        on not promised.is_always
            and {{ clock_stretch('promised.answer_due_reading') }} = answers.stretch
            and promised.answer_due_reading >= answers.clock_before
            and promised.answer_due_reading < answers.clock_after
    left join solutions
        on not promised.is_always
            and {{ clock_stretch('promised.solve_due_reading') }} = solutions.stretch
            and promised.solve_due_reading >= solutions.clock_before
            and promised.solve_due_reading < solutions.clock_after

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
    due.first_response_target_hours,
    due.resolution_target_hours,
    due.answer_target,
    due.answer_run,
    due.solve_target,
    due.solve_run,
    {{ hours_between('due.opened_at_utc', 'as_of.as_of_at_utc') }} as age_hours,
    tickets.created_at,
    -- what happens after the as-of date is not known on it
    case when tickets.first_response_at < as_of.as_of_at then tickets.first_response_at end as answered_at,
    {{ local_time('due.solved_at_utc') }} as solved_at,
    {{ local_time('due.answer_due_at_utc') }} as answer_due_at,
    {{ local_time('due.solve_due_at_utc') }} as solve_due_at,
    as_of.as_of_at
from due
inner join tickets on due.ticket_id = tickets.ticket_id
cross join as_of
