-- How far off were the forecasts made at the start of each complete quarter?
select
    quarter_start,
    pipeline,
    segment,
    commit_amount,
    best_case_amount,
    weighted_amount,
    actual_won_amount,
    cast((weighted_amount - actual_won_amount) / nullif(actual_won_amount, 0) as {{ type_double() }}) as weighted_error
from {{ ref('sales_forecast') }}
where is_quarter_complete
    and week_start = (
        select min(earlier.week_start)
        from {{ ref('sales_forecast') }} as earlier
        where earlier.quarter_start = sales_forecast.quarter_start
    )
order by quarter_start, pipeline, segment
