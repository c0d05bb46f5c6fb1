-- account × feature × month with a use after the feature's release
with

events as (

    select * from {{ ref('stg_product__events') }}

),

features as (

    select * from {{ ref('stg_product__features') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- by user first and then by account: cheaper than counting distinct users
user_months as (

    select
        events.account_id,
        events.feature_id,
        events.user_id,
        {{ month_of('events.occurred_at') }} as usage_month,
        count(*) as uses
    from events
    inner join features on events.feature_id = features.feature_id
    cross join as_of
    -- an error is not a use
    where events.event_type in ('feature_use', 'export')
        and events.occurred_at >= features.released_at
        and events.occurred_at < as_of.as_of_at
    group by 1, 2, 3, 4

)

select
    account_id,
    feature_id,
    usage_month,
    cast(sum(uses) as bigint) as uses,
    count(*) as using_users
from user_months
group by account_id, feature_id, usage_month
