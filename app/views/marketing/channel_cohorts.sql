-- acquisition months: what was spent, won, and earned in the first year so far
select
    acquisition_month as period,
    cast(sum(spend) as double precision) as spend,
    cast(sum(new_customers) as bigint) as customers,
    cast(sum(first_year_gross_profit) as double precision) as gross_profit,
    cast(sum(first_year_gross_profit) / nullif(sum(media_spend), 0) as double precision) as roas_so_far,
    bool_and(is_first_year_mature) as is_mature
from marts.channel_performance
where acquisition_month between %(start)s and %(end)s
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
order by 1
