with

source as (

    select * from {{ source('company', 'stages') }}

),

renamed as (

    select
        pipeline,
        pipeline_position,
        is_renewal,
        stage,
        position,
        outcome,
        forecast_category,
        probability
    from source

)

select * from renamed
