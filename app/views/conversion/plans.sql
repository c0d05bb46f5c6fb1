-- the plans, cheapest first
select product_name
from marts.dim_product
where category = 'plan' and list_price is distinct from 0
order by list_price asc nulls last, product_name
