with

source as (

    select * from {{ source('company', 'always_priorities') }}

),

renamed as (

    select
        priority
    from source

)

select * from renamed
