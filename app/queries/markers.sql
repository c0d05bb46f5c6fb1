-- what could bend a curve: releases, price changes that met many subscriptions at once, campaigns that began or ended within the data
select 'release' as kind, released_date as day, concat('Release ', version) as label, cast(null as varchar(40)) as segment
from marts.release_impact
group by version, released_date
union all
select
    'price',
    cast(occurred_at as date),
    concat('Price change for ', count(distinct account_id), ' ', segment, ' accounts'),
    segment
from marts.fct_subscription_changes
where change_type = 'price_change'
group by cast(occurred_at as date), segment
having count(distinct account_id) >= 5
union all
select 'campaign', campaigns.first_seen_date, concat('Campaign begins: ', campaigns.campaign_name, ', ', campaigns.acquisition_channel), null
from marts.dim_campaign as campaigns
inner join marts.dim_tower as tower on campaigns.first_seen_date > tower.first_month + interval '1 month'
where campaigns.spend > 0
union all
select 'campaign', campaigns.last_seen_date, concat('Campaign ends: ', campaigns.campaign_name, ', ', campaigns.acquisition_channel), null
from marts.dim_campaign as campaigns
where campaigns.spend > 0 and not campaigns.is_active
order by day
