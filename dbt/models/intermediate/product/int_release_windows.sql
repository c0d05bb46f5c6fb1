-- release × side: the four weeks before the release day and the four from it on, as far as the data cover them
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

-- a release is judged by events and tickets
known as (

    select greatest(max(as_of.data_start_date), {{ known_from('product.events') }}, {{ known_from('support.tickets') }}) as known_from
    from loaded_sources
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
    greatest(sides.first_date, as_of.data_start_date) as first_date,
    least(sides.last_date, as_of.as_of_date) as last_date,
    sides.first_date >= known.known_from and sides.last_date <= as_of.as_of_date as is_complete
from sides
cross join as_of
cross join known
