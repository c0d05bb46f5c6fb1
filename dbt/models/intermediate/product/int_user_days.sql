-- user × account × day with an event: what active users and a user's last days are counted from
with

events as (

    select * from {{ ref('stg_product__events') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    events.user_id,
    events.account_id,
    events.occurred_date as activity_date,
    count(*) as events,
    count(*) filter (where events.event_type = 'login') as logins,
    count(*) filter (where events.event_type = 'error') as errors,
    -- who works for several accounts on a day is one person: counted where he did most
    row_number() over (
        partition by events.user_id, events.occurred_date
        order by count(*) desc, events.account_id
    ) = 1 as is_main
from events
cross join as_of
where events.occurred_at < as_of.as_of_at
group by events.user_id, events.account_id, events.occurred_date
