-- Defends the forecast: all forecasts of a quarter end in one actual, which is what the deals say; won to date never exceeds it nor commit.
with

forecasts as (

    select * from {{ ref('sales_forecast') }}

),

won as (

    select
        segment,
        pipeline,
        {{ quarter_of('closed_at') }} as quarter_start,
        sum(won_amount) as won_amount
    from {{ ref('fct_deals') }}
    where is_won
    group by 1, 2, 3

)

select forecasts.*
from forecasts
left join won
    on forecasts.segment = won.segment
        and forecasts.pipeline = won.pipeline
        and forecasts.quarter_start = won.quarter_start
where (forecasts.is_quarter_complete and forecasts.actual_won_amount <> coalesce(won.won_amount, 0))
    or (not forecasts.is_quarter_complete and forecasts.actual_won_amount is not null)
    or forecasts.won_to_date > coalesce(won.won_amount, 0)
    or forecasts.commit_amount < forecasts.won_to_date
    or forecasts.best_case_amount < forecasts.commit_amount
    or forecasts.best_case_amount > forecasts.won_to_date + forecasts.open_amount
    or forecasts.weighted_amount > forecasts.won_to_date + forecasts.open_amount + 0.01
    or forecasts.weighted_amount < forecasts.won_to_date - 0.01
