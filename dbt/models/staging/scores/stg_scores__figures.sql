-- every scorer has run by then
-- depends_on: {{ ref('stg_scores__ticket_topics') }}, {{ ref('stg_scores__daily_points') }}, {{ ref('stg_scores__mrr_forecast') }}, {{ ref('stg_scores__churn_risk') }}
with

source as (

    select * from {{ source('scores', 'figures') }}

),

renamed as (

    select
        run_id,
        scorer,
        figure,
        judged_on,
        value as figure_value,
        baseline as baseline_value,
        bound as bound_value,
        is_higher_better,
        is_of_company,
        cases
    from source

)

select * from renamed
