-- ticket: how long its SLA clocks have run without the waits, and what they were promised
with

readings as (

    select * from {{ ref('int_ticket_readings') }}

),

waits as (

    select * from {{ ref('int_ticket_waits') }}

),

policies as (

    select * from {{ ref('stg_support__sla_policies') }}

),

-- where no ticket has an answer nobody records them, and a first response is promised in vain
recorded as (

    select bool_or(answered_reading is not null) as has_answers from readings

),

judged as (

    select
        readings.ticket_id,
        readings.is_always,
        readings.opened_at_utc,
        readings.solved_at_utc,
        readings.is_solve_timed,
        readings.opened_reading,
        -- who was never answered waits no longer than to the closing
        coalesce(readings.answered_reading, readings.solved_reading, readings.as_of_reading) as answer_reading,
        coalesce(readings.solved_reading, readings.as_of_reading) as solve_reading,
        coalesce(readings.answered_reading, readings.solved_reading) is null as is_answer_open,
        readings.solved_reading is null as is_solve_open,
        -- without a day of it nobody knows whether it was in time
        case when recorded.has_answers and (readings.is_solve_timed or readings.answered_reading is not null) then policies.first_response_hours end as first_response_hours,
        case when readings.is_solve_timed then policies.resolution_hours end as resolution_hours
    from readings
    cross join recorded
    left join policies on readings.priority = policies.priority

),

promised as (

    select
        judged.*,
        cast(first_response_hours * 3600000000 as bigint) as answer_target,
        cast(resolution_hours * 3600000000 as bigint) as solve_target
    from judged

),

-- a wait that begins while there is time left puts off what is due by its length
waited as (

    select
        promised.ticket_id,
        sum(greatest(0, least(waits.to_reading, promised.answer_reading) - waits.from_reading)) as answer_waited,
        sum(greatest(0, least(waits.to_reading, promised.solve_reading) - waits.from_reading)) as solve_waited,
        sum(waits.to_reading - waits.from_reading) filter (where waits.run_before <= promised.answer_target) as answer_put_off,
        sum(waits.to_reading - waits.from_reading) filter (where waits.run_before <= promised.solve_target) as solve_put_off,
        bool_or(waits.to_reading is null and waits.run_before <= promised.answer_target) as is_answer_waiting,
        bool_or(waits.to_reading is null and waits.run_before <= promised.solve_target) as is_solve_waiting
    from promised
    inner join waits on promised.ticket_id = waits.ticket_id
    group by promised.ticket_id

)

select
    promised.ticket_id,
    promised.is_always,
    promised.opened_at_utc,
    promised.solved_at_utc,
    promised.opened_reading,
    promised.first_response_hours as first_response_target_hours,
    promised.resolution_hours as resolution_target_hours,
    promised.answer_target,
    cast(promised.answer_reading - promised.opened_reading - coalesce(waited.answer_waited, 0) as bigint) as answer_run,
    -- nobody knows how long a wait that lasts will be
    case
        when not promised.is_answer_open or not coalesce(waited.is_answer_waiting, false)
            then cast(promised.answer_target + coalesce(waited.answer_put_off, 0) as bigint)
    end as answer_due_after,
    promised.solve_target,
    case
        when promised.is_solve_timed
            then cast(promised.solve_reading - promised.opened_reading - coalesce(waited.solve_waited, 0) as bigint)
    end as solve_run,
    case
        when not promised.is_solve_open or not coalesce(waited.is_solve_waiting, false)
            then cast(promised.solve_target + coalesce(waited.solve_put_off, 0) as bigint)
    end as solve_due_after
from promised
left join waited on promised.ticket_id = waited.ticket_id
