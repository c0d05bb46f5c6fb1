with

source as (

    select * from {{ source('company', 'labels') }}

),

renamed as (

    select
        kind,
        label
    from source

)

select * from renamed
