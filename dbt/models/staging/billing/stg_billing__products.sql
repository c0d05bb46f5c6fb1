with

source as (

    select * from {{ source('billing', 'products') }}

),

renamed as (

    select
        product_id,
        product_name,
        category,
        tier,
        list_price,
        billing_unit,
        unit_cost,
        inventory_on_hand,
        is_active,
        category in ('plan', 'add-on') as is_recurring
    from source

)

select * from renamed
