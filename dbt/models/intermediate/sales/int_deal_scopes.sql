-- one row per deal: the segment, region and channel it is filtered by (the account's, or else the deal's own)
with

deals as (

    select * from {{ ref('int_deals') }}

),

pipelines as (

    select * from {{ ref('int_pipelines') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    deals.deal_id,
    deals.account_id,
    coalesce(accounts.segment, deals.segment) as segment,
    coalesce(accounts.region, deals.region) as region,
    coalesce(accounts.acquisition_channel, deals.source_channel) as acquisition_channel,
    deals.amount,
    deals.deal_type,
    deals.pipeline,
    pipelines.is_renewal,
    -- a deal that closed after the as-of date is still open on it
    coalesce(deals.is_won and deals.closed_at < as_of.as_of_at, false) as is_won,
    coalesce(deals.is_lost and deals.closed_at < as_of.as_of_at, false) as is_lost,
    deals.created_at,
    case when deals.closed_at < as_of.as_of_at then deals.closed_at end as closed_at
from deals
cross join as_of
inner join pipelines on deals.pipeline = pipelines.pipeline
left join accounts on deals.account_id = accounts.account_id
where deals.created_at < as_of.as_of_at
