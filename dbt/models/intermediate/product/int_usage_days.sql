-- the fingerprint of each day's events, by which the incremental model knows the days that changed
with

events as (

    select * from {{ ref('stg_product__events') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

words as (

    select * from {{ ref('int_words') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

days as (

    select
        events.occurred_date as activity_date,
        count(*) as events,
        -- what the account and the company's words bring to a row is part of the row
        sum({{ row_hash([
            'events.event_id', 'events.user_id', 'events.account_id', 'events.event_type', 'events.feature_id',
            'events.occurred_at', 'accounts.segment', 'accounts.region', 'accounts.acquisition_channel',
            'words.kind'
        ]) }}) as checksum
    from events
    inner join accounts on events.account_id = accounts.account_id
    cross join as_of
    left join words
        on words.kind = 'activation_event'
            and events.event_type = words.value
    where events.occurred_at < as_of.as_of_at
    group by events.occurred_date

)

select
    activity_date,
    events,
    cast(cast(events as varchar(255)) || ':' || cast(checksum as varchar(255)) as varchar(255)) as day_fingerprint
from days
