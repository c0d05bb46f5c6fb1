with

source as (

    select * from {{ source('company', 'words') }}

),

renamed as (

    select
        kind,
        value,
        position,
        is_paid,
        is_voluntary,
        severity
    from source

)

select * from renamed
