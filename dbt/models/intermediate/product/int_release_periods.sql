-- each release and the time it was the newest
with

releases as (

    select * from {{ ref('stg_product__releases') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    releases.version,
    releases.release_notes,
    releases.released_at,
    lead(releases.released_at) over (order by releases.released_at, releases.version) as superseded_at
from releases
cross join as_of
where releases.released_at < as_of.as_of_at
