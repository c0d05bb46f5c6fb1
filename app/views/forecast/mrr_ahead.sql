-- no metric knows the months to come: MRR as it is expected, by what moves it, with bands; of the whole company
select
    forecast_month as period,
    months_ahead,
    cast(starting_mrr as double precision) as starting_mrr,
    cast(new_mrr as double precision) as new_mrr,
    cast(reactivation_mrr as double precision) as reactivation_mrr,
    cast(expansion_mrr as double precision) as expansion_mrr,
    cast(contraction_mrr as double precision) as contraction_mrr,
    cast(churned_mrr as double precision) as churned_mrr,
    cast(ending_mrr as double precision) as mrr,
    cast(low_95_mrr as double precision) as low_95,
    cast(low_80_mrr as double precision) as low_80,
    cast(high_80_mrr as double precision) as high_80,
    cast(high_95_mrr as double precision) as high_95
from marts.fct_mrr_forecast
order by 1
