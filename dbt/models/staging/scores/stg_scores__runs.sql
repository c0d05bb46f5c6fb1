-- every scorer has run by then
-- depends_on: {{ ref('stg_scores__ticket_topics') }}, {{ ref('stg_scores__daily_points') }}, {{ ref('stg_scores__mrr_forecast') }}, {{ ref('stg_scores__churn_risk') }}
with

source as (

    select * from {{ source('scores', 'runs') }}

),

renamed as (

    select
        run_id,
        scorer,
        model as model_version,
        trained_until as trained_until_date,
        features as features_hash
    from source

)

select * from renamed
