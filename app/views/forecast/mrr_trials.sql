-- no metric knows what earlier months would have foreseen: forecasts of months that are over, beside what came
select
    forecast_month as period,
    months_ahead,
    cast(actual_mrr as double precision) as actual,
    cast(forecast_mrr as double precision) as forecast,
    cast(drift_mrr as double precision) as drift,
    cast(monthly_step_mrr as double precision) as step,
    cast(low_80_mrr as double precision) as low_80,
    cast(high_80_mrr as double precision) as high_80,
    is_within_80
from marts.fct_forecast_backtest
order by 1, 2
