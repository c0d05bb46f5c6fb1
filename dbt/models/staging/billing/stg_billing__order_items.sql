with

source as (

    select * from {{ source('billing', 'order_items') }}

),

renamed as (

    select
        order_item_id,
        order_id,
        product_id,
        quantity,
        unit_price,
        unit_cost
    from source

)

select * from renamed
