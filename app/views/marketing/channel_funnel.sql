-- from impressions to customers by channel
select
    acquisition_channel as channel,
    cast(sum(spend) as double precision) as spend,
    cast(sum(media_spend) as double precision) as media_spend,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(leads) as bigint) as leads,
    cast(sum(new_customers) as bigint) as customers
from marts.fct_cac_ltv
where cost_month between %(start)s and %(end)s
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
order by spend desc
