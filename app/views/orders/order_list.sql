-- orders of the range
select
    orders.order_id,
    orders.account_id,
    accounts.account_name,
    orders.segment,
    orders.region,
    orders.fulfilment_state,
    orders.ordered_at,
    orders.units,
    cast(orders.net_value as double precision) as value,
    cast(orders.discount as double precision) as discount,
    cast(orders.gross_profit as double precision) as gross_profit,
    orders.days_to_ship,
    orders.days_to_deliver,
    case when orders.fulfilment_state in ('open', 'shipped')
        then cast(extract(epoch from tower.as_of_at - orders.ordered_at) / 86400.0 as double precision)
    end as days_waiting
from marts.fct_orders as orders
inner join marts.dim_account as accounts on orders.account_id = accounts.account_id
cross join marts.dim_tower as tower
where orders.order_month between %(start)s and %(end)s
    and (cast(%(state)s as text) is null or orders.fulfilment_state = %(state)s)
    and /* selection of orders */ true
order by orders.net_value desc
