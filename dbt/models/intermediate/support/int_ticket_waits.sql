-- ticket × stay in a status other than open: how long its clock had run by then, and how long it stood still
with

history as (

    select * from {{ ref('stg_support__ticket_status_history') }}

),

readings as (

    select * from {{ ref('int_ticket_readings') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- one each, so that each is looked up by index
entered as (

    select * from {{ ref('int_service_days') }}

),

gone as (

    select * from {{ ref('int_service_days') }}

),

stays as (

    select
        history.ticket_id,
        history.status,
        history.entered_date,
        history.entered_at_utc,
        lead(history.entered_date) over arrivals as left_date,
        lead(history.entered_at_utc) over arrivals as left_at_utc
    from history
    cross join as_of
    where history.entered_at < as_of.as_of_at
    window arrivals as (partition by history.ticket_id order by history.entered_at_utc, {{ arrival('history.status_history_id') }})

),

read as (

    select
        stays.ticket_id,
        readings.opened_reading,
        greatest({{ service_clock('stays.entered_at_utc', 'readings.is_always', 'entered') }}, readings.opened_reading) as from_reading,
        greatest({{ service_clock('stays.left_at_utc', 'readings.is_always', 'gone') }}, readings.opened_reading) as to_reading,
        stays.left_at_utc is null as is_lasting
    from stays
    inner join readings on stays.ticket_id = readings.ticket_id
    left join entered on stays.entered_date = entered.service_date
    left join gone on stays.left_date = gone.service_date
    where stays.status <> 'open'

)

select
    ticket_id,
    from_reading,
    case when not is_lasting then to_reading end as to_reading,
    from_reading - opened_reading - coalesce(sum(to_reading - from_reading) over (
        partition by ticket_id
        order by from_reading, to_reading
        rows between unbounded preceding and 1 preceding
    ), 0) as run_before
from read
where is_lasting or to_reading > from_reading
