-- Defends the forecast by another road: what is open on its Monday is what the weekly pipeline begins the week with.
with

weeks as (

    select
        week_start,
        segment,
        pipeline,
        sum(open_start_deals) as open_deals,
        sum(open_start_amount) as open_amount
    from {{ ref('pipeline_weekly') }}
    group by 1, 2, 3

)

select forecasts.*
from {{ ref('sales_forecast') }} as forecasts
left join weeks
    on forecasts.week_start = weeks.week_start
        and forecasts.segment = weeks.segment
        and forecasts.pipeline = weeks.pipeline
where forecasts.open_deals <> coalesce(weeks.open_deals, 0)
    or forecasts.open_amount <> coalesce(weeks.open_amount, 0)
