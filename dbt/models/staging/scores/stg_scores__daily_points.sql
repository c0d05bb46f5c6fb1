-- what the scorer reads
-- depends_on: {{ ref('int_anomaly_flows') }}
-- depends_on: {{ ref('int_anomaly_metrics') }}
-- depends_on: {{ ref('int_account_mrr_monthly') }}
-- depends_on: {{ ref('int_loaded_sources') }}
-- depends_on: {{ ref('int_as_of') }}
with

source as (

    select * from {{ source('scores', 'daily_points') }}

),

renamed as (

    select
        metric,
        day as activity_date,
        dimension,
        dimension_value,
        amount,
        expected_amount,
        lower_amount,
        upper_amount,
        score,
        is_told,
        is_lead
    from source

)

select * from renamed
