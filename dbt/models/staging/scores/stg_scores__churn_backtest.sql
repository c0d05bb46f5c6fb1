-- the scorer of churn risk has written it by then
-- depends_on: {{ ref('stg_scores__churn_risk') }}
with

source as (

    select * from {{ source('scores', 'churn_backtest') }}

),

renamed as (

    select
        account_id,
        snapshot_date,
        probability as churn_probability,
        segment_rate as segment_churn_rate,
        has_churned as has_churned_90d
    from source

)

select * from renamed
