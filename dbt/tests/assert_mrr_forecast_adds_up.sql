-- Defends the forecast: it begins where MRR stands, and goes on from month to month by what moves it, to the cent.
with

forecast as (

    select
        *,
        lag(ending_mrr) over (order by forecast_month) as previous_mrr
    from {{ ref('fct_mrr_forecast') }}

),

history as (

    select
        revenue_month,
        ending_mrr
    from {{ ref('int_mrr_history') }}

)

select forecast.forecast_month
from forecast
left join history on forecast.forecast_month = cast(history.revenue_month + interval '1' month as date)
where forecast.starting_mrr is distinct from coalesce(forecast.previous_mrr, history.ending_mrr)
    or forecast.ending_mrr <> forecast.starting_mrr + forecast.new_mrr + forecast.reactivation_mrr + forecast.expansion_mrr
    - forecast.contraction_mrr - forecast.churned_mrr
    or not (forecast.low_95_mrr <= forecast.low_80_mrr and forecast.low_80_mrr <= forecast.high_80_mrr and forecast.high_80_mrr <= forecast.high_95_mrr)
