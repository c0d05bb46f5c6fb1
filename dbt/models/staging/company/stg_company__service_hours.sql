with

source as (

    select * from {{ source('company', 'service_hours') }}

),

renamed as (

    select
        weekday,
        opens_minute,
        closes_minute
    from source

)

select * from renamed
