-- one row per user with an event: the first of all, and the first that activates (a login does not)
with

events as (

    select * from {{ ref('stg_product__events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    events.user_id,
    min(events.occurred_at) as first_event_at,
    min(events.occurred_at) filter (where events.event_type = 'activation') as activated_at
from events
cross join as_of
where events.occurred_at < as_of.as_of_at
group by events.user_id
