-- Defends spend by two roads: the campaigns of a channel and month sum to the channel's row of the acquisition cost.
with

campaigns as (

    select
        acquisition_channel,
        spend_month,
        sum(spend) as spend,
        sum(leads) as leads
    from {{ ref('fct_marketing_spend') }}
    group by 1, 2

)

select
    channels.acquisition_channel,
    channels.cost_month
from {{ ref('fct_cac_ltv') }} as channels
full outer join campaigns
    on channels.acquisition_channel = campaigns.acquisition_channel
        and channels.cost_month = campaigns.spend_month
where coalesce(channels.spend, 0) <> coalesce(campaigns.spend, 0)
    or coalesce(channels.leads, 0) <> coalesce(campaigns.leads, 0)
