with

source as (

    select * from {{ source('billing', 'orders') }}

),

renamed as (

    select
        order_id,
        account_id,
        status,
        ordered_at,
        shipped_at,
        delivered_at,
        tax,
        discount
    from source

)

select * from renamed
