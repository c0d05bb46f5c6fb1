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
        {{ local_column('released_at') }}
    from source

)

select * from renamed
