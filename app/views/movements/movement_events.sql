-- every event that moved MRR within the range, also those that net out inside a month
select
    events.occurred_at,
    events.account_id,
    accounts.account_name,
    events.segment,
    events.region,
    events.acquisition_channel,
    events.movement_type as movement,
    events.change_type as event,
    products.product_name as product,
    cast(events.account_mrr_before as double precision) as mrr_before,
    cast(events.account_mrr_after as double precision) as mrr_after,
    cast(events.mrr_change as double precision) as change,
    events.is_netted_in_month
from marts.fct_subscription_changes as events
inner join marts.dim_account as accounts on events.account_id = accounts.account_id
left join marts.dim_product as products on events.product_id = products.product_id
where events.revenue_month between %(start)s and %(end)s
    and (cast(%(movement)s as text[]) is null or events.movement_type = any(%(movement)s))
    and /* selection of events */ true
order by abs(events.mrr_change) desc
