-- products: what was sold once within the range, and stock on the as-of date
select
    products.product_id,
    products.product_name as product,
    products.category,
    products.price_tier,
    cast(products.list_price as double precision) as list_price,
    count(distinct lines.order_id) as orders,
    cast(coalesce(sum(lines.quantity), 0) as bigint) as units,
    cast(coalesce(sum(lines.sold_value), 0) as double precision) as value,
    cast(sum(lines.discount) / nullif(sum(lines.gross_value), 0) as double precision) as discount_share,
    cast(coalesce(sum(lines.gross_profit), 0) as double precision) as gross_profit,
    cast(sum(lines.gross_profit) / nullif(sum(lines.sold_value), 0) as double precision) as margin,
    products.inventory_status as stock,
    products.inventory_on_hand as on_hand,
    products.is_active
from marts.dim_product as products
left join marts.fct_order_lines as lines
    on products.product_id = lines.product_id
    and not lines.is_cancelled
    and lines.order_month between %(start)s and %(end)s
    and /* selection of lines */ true
where not products.is_recurring
group by products.product_id, 2, 3, 4, 5, products.inventory_status, products.inventory_on_hand, products.is_active
order by value desc
