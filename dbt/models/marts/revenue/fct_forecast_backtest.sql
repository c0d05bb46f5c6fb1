{{ config(tags=['fact']) }}

with

found as (

    select * from {{ ref('stg_scores__mrr_backtest') }}

)

select
    {{ row_key(['known_month', 'forecast_month']) }} as backtest_id,
    known_month,
    forecast_month,
    months_ahead,
    actual_mrr,
    forecast_mrr,
    drift_mrr,
    monthly_step_mrr,
    low_95_mrr,
    low_80_mrr,
    high_80_mrr,
    high_95_mrr,
    actual_mrr between low_80_mrr and high_80_mrr as is_within_80,
    actual_mrr between low_95_mrr and high_95_mrr as is_within_95
from found
