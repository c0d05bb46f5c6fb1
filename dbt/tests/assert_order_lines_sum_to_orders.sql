-- Defends the shares of discount and tax: the lines of an order sum to it, to the cent.
with

lines as (

    select
        order_id,
        sum(discount) as discount,
        sum(tax) as tax,
        sum(net_value) as net_value,
        sum(gross_profit) as gross_profit
    from {{ ref('fct_order_lines') }}
    group by order_id

)

select orders.order_id
from {{ ref('fct_orders') }} as orders
left join lines on orders.order_id = lines.order_id
where orders.gross_value > 0
    and (
        lines.discount is distinct from orders.discount
        or lines.tax is distinct from orders.tax
        or lines.net_value is distinct from orders.net_value
        or lines.gross_profit is distinct from orders.gross_profit
    )
