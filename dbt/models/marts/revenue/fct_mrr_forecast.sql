{{ config(tags=['fact']) }}

with

found as (

    select * from {{ ref('stg_scores__mrr_forecast') }}

)

select
    forecast_month,
    months_ahead,
    starting_mrr,
    new_mrr,
    reactivation_mrr,
    expansion_mrr,
    contraction_mrr,
    churned_mrr,
    ending_mrr,
    low_95_mrr,
    low_80_mrr,
    high_80_mrr,
    high_95_mrr
from found
