-- tickets that are closed without a day of it: since when by their status history, else by the last that is known of them
with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

history as (

    select * from {{ ref('stg_support__ticket_status_history') }}

),

undated as (

    select
        ticket_id,
        created_at_utc,
        first_response_at_utc
    from tickets
    where not is_open and resolved_at_utc is null

),

-- closed and not opened again
entries as (

    select
        history.ticket_id,
        history.entered_at_utc,
        bool_and(history.status in ('resolved', 'closed')) over (
            partition by history.ticket_id
            order by history.entered_at_utc, {{ arrival('history.status_history_id') }}
            rows between current row and unbounded following
        ) as is_end
    from history
    inner join undated on history.ticket_id = undated.ticket_id

),

last_entries as (

    select
        ticket_id,
        min(entered_at_utc) filter (where is_end) as ended_at_utc,
        max(entered_at_utc) as entered_at_utc
    from entries
    group by ticket_id

),

ends as (

    select
        undated.ticket_id,
        greatest(
            undated.created_at_utc,
            coalesce(last_entries.ended_at_utc, greatest(undated.first_response_at_utc, last_entries.entered_at_utc))
        ) as ended_at_utc,
        last_entries.ended_at_utc is not null as is_timed
    from undated
    left join last_entries on undated.ticket_id = last_entries.ticket_id

)

select
    ticket_id,
    {{ local_time('ended_at_utc') }} as ended_at,
    ended_at_utc,
    is_timed
from ends
