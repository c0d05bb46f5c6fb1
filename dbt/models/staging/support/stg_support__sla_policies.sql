with

source as (

    select * from {{ source('support', 'sla_policies') }}

),

renamed as (

    select
        priority,
        first_response_hours,
        resolution_hours
    from source

)

select * from renamed
