with

source as (

    select * from {{ source('company', 'fx_rates') }}

),

renamed as (

    select
        currency,
        valid_from,
        rate
    from source

)

select * from renamed
