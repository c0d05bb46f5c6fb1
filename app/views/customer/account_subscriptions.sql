-- each subscription with its last known event: product and MRR
select
    latest.subscription_id,
    products.product_name,
    case when latest.mrr_after > 0 then 'active' else 'ended' end as state,
    latest.mrr_after as mrr,
    span.started_at,
    span.changes,
    latest.change_type as last_change,
    latest.occurred_at as last_change_at
from (
    select
        subscription_id,
        product_id,
        mrr_after,
        change_type,
        occurred_at,
        row_number() over (partition by subscription_id order by occurred_at desc, event_id) as place
    from marts.fct_subscription_changes
    where account_id = %(account)s
) as latest
inner join (
    select subscription_id, min(occurred_at) as started_at, count(*) as changes
    from marts.fct_subscription_changes
    where account_id = %(account)s
    group by 1
) as span on latest.subscription_id = span.subscription_id
inner join marts.dim_product as products on latest.product_id = products.product_id
where latest.place = 1
order by latest.mrr_after desc, latest.occurred_at desc
