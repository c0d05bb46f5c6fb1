{{ config(tags=['dimension']) }}

with

spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

touches as (

    select * from {{ ref('stg_marketing__touches') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

spent as (

    select
        channel,
        coalesce(campaign, 'none') as campaign,
        spend_date as seen_on,
        amount,
        leads,
        0 as touches
    from spend

),

touched as (

    select
        channel,
        coalesce(campaign, 'none') as campaign,
        touched_date as seen_on,
        0 as amount,
        0 as leads,
        1 as touches
    from touches

),

seen as (

    select * from spent
    union all
    select * from touched

)

select
    {{ row_key(['seen.channel', 'seen.campaign']) }} as campaign_id,
    seen.channel as acquisition_channel,
    seen.campaign as campaign_name,
    cast(sum(seen.amount) as numeric(38, 2)) as spend,
    cast(coalesce(sum(seen.leads), 0) as bigint) as leads,
    cast(sum(seen.touches) as bigint) as touches,
    -- money or touches within the last 30 days
    max(seen.seen_on) > cast(max(as_of.as_of_date) - {{ var('campaign_active_days') }} * interval '1' day as date) as is_active,
    min(seen.seen_on) as first_seen_date,
    max(seen.seen_on) as last_seen_date
from seen
inner join as_of on seen.seen_on <= as_of.as_of_date
group by seen.channel, seen.campaign
