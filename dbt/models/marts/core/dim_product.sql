with

products as (

    select * from {{ ref('stg_billing__products') }}

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
    is_active
from products
