with

source as (

    select * from {{ source('product', 'users') }}

),

renamed as (

    select
        user_id,
        account_id,
        role,
        {{ local_column('created_at') }}
    from source

)

select * from renamed
