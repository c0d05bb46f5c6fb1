with

source as (

    select * from {{ source('company', 'bands') }}

),

renamed as (

    select
        kind,
        position,
        amount
    from source

)

select * from renamed
