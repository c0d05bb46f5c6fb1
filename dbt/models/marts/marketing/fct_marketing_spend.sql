{{ config(tags=['fact'], indexes=[{'columns': ['spend_date', 'acquisition_channel']}]) }}

with

spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    {{ row_key(['spend.spend_date', 'spend.channel', 'spend.campaign', 'spend.cost_type']) }} as spend_row_id,
    {{ row_key(['spend.channel', 'spend.campaign']) }} as campaign_id,
    spend.channel as acquisition_channel,
    spend.campaign,
    spend.cost_type,
    spend.spend_date,
    {{ month_of('spend.spend_date') }} as spend_month,
    cast(sum(spend.amount) as numeric(38, 2)) as spend,
    cast(coalesce(sum(spend.impressions), 0) as bigint) as impressions,
    cast(coalesce(sum(spend.clicks), 0) as bigint) as clicks,
    cast(coalesce(sum(spend.leads), 0) as bigint) as leads
from spend
cross join as_of
where spend.spend_date <= as_of.as_of_date
    and spend.spend_date >= as_of.first_month
group by spend.channel, spend.campaign, spend.cost_type, spend.spend_date
