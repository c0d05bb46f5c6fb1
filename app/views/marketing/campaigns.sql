-- what campaigns cost in media and brought in leads within the range
select
    acquisition_channel as touch_channel,
    campaign,
    cast(sum(spend) as double precision) as spend,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(leads) as bigint) as leads,
    cast(sum(spend) / nullif(sum(leads), 0) as double precision) as cost_per_lead
from marts.fct_marketing_spend
where cost_type = 'media'
    and spend_month between %(start)s and %(end)s
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1, 2
