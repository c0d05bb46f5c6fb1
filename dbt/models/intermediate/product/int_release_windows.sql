-- release × side: the four weeks before the release day and the four from it on, as far as the loaded data cover them, also before the window
with

releases as (

    select * from {{ ref('int_release_periods') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- both tables are known as of the window's first day or a quiet day or two later, and where their rows are older since then
firsts as (

    select
        least({{ known_from('product.events') }}, {{ first_day_of('product.events') }}) as first_event_date,
        least({{ known_from('support.tickets') }}, {{ first_day_of('support.tickets') }}) as first_ticket_date
    from loaded_sources

),

-- a release is judged by events and tickets
known as (

    select
        greatest(firsts.first_event_date, firsts.first_ticket_date) as known_from,
        least(firsts.first_event_date, firsts.first_ticket_date, as_of.data_start_date) as first_date
    from firsts
    cross join as_of

),

sides as (

    select
        version,
        'before' as side,
        cast(released_at as date) as released_date,
        cast(cast(released_at as date) - interval '28' day as date) as first_date,
        cast(cast(released_at as date) - interval '1' day as date) as last_date
    from releases
    union all
    select
        version,
        'after' as side,
        cast(released_at as date) as released_date,
        cast(released_at as date) as first_date,
        cast(cast(released_at as date) + interval '27' day as date) as last_date
    from releases

)

select
    sides.version,
    sides.side,
    sides.released_date,
    greatest(sides.first_date, known.first_date) as first_date,
    least(sides.last_date, as_of.as_of_date) as last_date,
    sides.first_date >= known.known_from and sides.last_date <= as_of.as_of_date as is_complete
from sides
cross join as_of
cross join known
