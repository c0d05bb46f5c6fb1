{{ config(tags=['dimension']) }}

with

products as (

    select * from {{ ref('stg_billing__products') }}

),

bands as (

    {{ bands_in_a_row() }}

)

select
    product_id,
    product_name,
    category,
    tier,
    list_price,
    unit_cost,
    billing_unit,
    is_recurring,
    is_active,
    cast(list_price - unit_cost as numeric(38, 12)) as unit_margin,
    cast((list_price - unit_cost) / nullif(list_price, 0) as {{ type_double() }}) as margin_share,
    {{ price_tier('list_price') }} as price_tier,
    inventory_on_hand,
    case
        when inventory_on_hand is null then 'not stocked'
        when inventory_on_hand = 0 then 'out of stock'
        when inventory_on_hand < {{ var('low_stock') }} then 'low stock'
        else 'in stock'
    end as inventory_status
from products
cross join bands
