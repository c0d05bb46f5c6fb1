-- int_mrr_history, int_deal_scopes, int_deal_moves and int_stages are what the scorer reads
-- depends_on: {{ ref('int_mrr_history') }}, {{ ref('int_deal_scopes') }}, {{ ref('int_deal_moves') }}, {{ ref('int_stages') }}, {{ ref('int_as_of') }}
with

source as (

    select * from {{ source('scores', 'mrr_forecast') }}

),

renamed as (

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
        low_95 as low_95_mrr,
        low_80 as low_80_mrr,
        high_80 as high_80_mrr,
        high_95 as high_95_mrr
    from source

)

select * from renamed
