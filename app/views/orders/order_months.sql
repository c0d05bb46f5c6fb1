-- orders by month: value, discount, margin and days to ship and deliver; cancelled ones are counted apart
select
    order_month as period,
    count(*) filter (where fulfilment_state = 'delivered') as delivered,
    count(*) filter (where fulfilment_state = 'shipped') as shipped,
    count(*) filter (where fulfilment_state = 'open') as open,
    count(*) filter (where is_cancelled) as cancelled,
    cast(sum(discount) filter (where not is_cancelled) / nullif(sum(gross_value) filter (where not is_cancelled), 0) as double precision) as discount_share,
    percentile_cont(0.5) within group (order by days_to_ship) as ship_p50,
    percentile_cont(0.5) within group (order by days_to_deliver) as deliver_p50,
    percentile_cont(0.9) within group (order by days_to_deliver) as deliver_p90
from marts.fct_orders
where order_month between %(start)s and %(end)s
    and /* selection */ true
group by 1
order by 1
