-- Defends the incremental model: after any run it holds the events of the files, day by day, no more and no fewer.
with

stored as (

    select activity_date, sum(events) as events, min(day_fingerprint) as first_fingerprint, max(day_fingerprint) as last_fingerprint
    from {{ ref('fct_usage') }}
    group by activity_date

),

days as (

    select * from {{ ref('int_usage_days') }}

)

select coalesce(stored.activity_date, days.activity_date) as activity_date
from stored
full outer join days on stored.activity_date = days.activity_date
where stored.events is distinct from days.events
    -- a day has one fingerprint: that of its events, and of the model's code after it
    or stored.first_fingerprint <> stored.last_fingerprint
    or stored.first_fingerprint not like days.day_fingerprint || ':%'
