-- one row per user with an event: the first of all, and the first that activates (a login does not)
with

events as (

    select * from {{ ref('stg_product__events') }}

),

words as (

    select * from {{ ref('int_words') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    events.user_id,
    min(events.occurred_at) as first_event_at,
    min(events.occurred_at) filter (where words.kind is not null) as activated_at
from events
cross join as_of
left join words
    on words.kind = 'activation_event'
        and events.event_type = words.value
where events.occurred_at < as_of.as_of_at
group by events.user_id
