-- Which channels pay for themselves in the first year? Complete first years only.
select
    acquisition_channel,
    sum(mature_media_spend) as media_spend,
    sum(mature_first_year_gross_profit) as first_year_gross_profit,
    cast(sum(mature_first_year_gross_profit) / nullif(sum(mature_media_spend), 0) as {{ type_double() }}) as roas,
    cast(sum(retained_customers_6m) as {{ type_double() }}) / nullif(sum(mature_customers_6m), 0) as retained_after_6_months
from {{ ref('channel_performance') }}
where is_first_year_mature
group by acquisition_channel
order by roas desc nulls last
