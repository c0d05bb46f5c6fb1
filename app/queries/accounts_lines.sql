-- accounts by what they ordered once within the range
select
    lines.account_id,
    accounts.account_name,
    lines.segment,
    lines.region,
    count(distinct lines.order_id) as orders,
    sum(lines.quantity) as units,
    sum(lines.gross_value) as list_value,
    sum(lines.discount) as discount,
    sum(lines.sold_value) as value,
    sum(lines.gross_profit) as gross_profit
from marts.fct_order_lines as lines
inner join marts.dim_product as products on lines.product_id = products.product_id
inner join marts.dim_account as accounts on lines.account_id = accounts.account_id
where not lines.is_cancelled
    and not products.is_recurring
    and lines.order_month between %(start)s and %(end)s
    and (cast(%(product)s as text) is null or products.product_name = %(product)s)
    and (cast(%(price_tier)s as text) is null or products.price_tier = %(price_tier)s)
    and /* selection of lines */ true
group by 1, 2, 3, 4
order by value desc
