{{ config(tags=['dimension']) }}

with

stages as (

    select * from {{ ref('int_stages') }}

)

select
    {{ row_key(['pipeline', 'stage']) }} as stage_id,
    pipeline,
    cast(pipeline_position as integer) as pipeline_position,
    is_renewal,
    stage,
    cast(position as integer) as position,
    outcome,
    forecast_category,
    cast(probability as {{ type_double() }}) as probability,
    is_declared,
    is_question
from stages
