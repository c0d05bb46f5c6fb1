-- what it is scored from is built by then
-- depends_on: {{ ref('int_churn_features') }}
with

source as (

    select * from {{ source('scores', 'churn_risk') }}

),

renamed as (

    select
        account_id,
        state as churn_state,
        probability as churn_probability,
        segment_rate as segment_churn_rate,
        basis as churn_basis,
        reason_1,
        reason_2,
        reason_3
    from source

)

select * from renamed
