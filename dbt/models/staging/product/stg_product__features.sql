with

source as (

    select * from {{ source('product', 'features') }}

),

renamed as (

    select
        feature_id,
        feature_name,
        module,
        is_beta,
        released_at
    from source

)

select * from renamed
