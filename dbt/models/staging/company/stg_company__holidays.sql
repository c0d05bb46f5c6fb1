with

source as (

    select * from {{ source('company', 'holidays') }}

),

renamed as (

    select
        holiday_date,
        holiday_name
    from source

)

select * from renamed
