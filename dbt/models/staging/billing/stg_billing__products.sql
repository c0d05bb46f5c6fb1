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
        {{ reporting_column('list_price', places=12) }},
        billing_unit,
        {{ reporting_column('unit_cost', places=12) }},
        inventory_on_hand,
        is_active,
        category in ('plan', 'add-on') as is_recurring
    from source

)

select * from renamed
