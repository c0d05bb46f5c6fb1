-- one scorer writes them all
-- depends_on: {{ ref('stg_scores__mrr_forecast') }}
with

source as (

    select * from {{ source('scores', 'mrr_backtest') }}

),

renamed as (

    select
        known_month,
        forecast_month,
        months_ahead,
        actual as actual_mrr,
        forecast as forecast_mrr,
        drift as drift_mrr,
        monthly_step as monthly_step_mrr,
        low_95 as low_95_mrr,
        low_80 as low_80_mrr,
        high_80 as high_80_mrr,
        high_95 as high_95_mrr
    from source

)

select * from renamed
