-- one row per user who ever reached the activation event
with

events as (

    select * from {{ ref('stg_product__events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    events.user_id,
    min(events.occurred_at) as activated_at
from events
cross join as_of
where events.event_type = 'activation'
    and events.occurred_at < as_of.as_of_at
group by events.user_id
