with

source as (

    select * from {{ source('support', 'root_causes') }}

),

renamed as (

    select
        root_cause_id,
        root_cause_name,
        category,
        severity
    from source

)

select * from renamed
