-- accounts that moved to another plan within the range, within a subscription or by a swap of two
with

moves as (

    select account_id, occurred_at, revenue_month, previous_product_id as from_product_id, product_id as to_product_id, mrr_before, mrr_after
    from marts.fct_subscription_changes
    where previous_product_id <> product_id

    union all

    select started.account_id, started.occurred_at, started.revenue_month, ended.product_id, started.product_id, ended.mrr_before, started.mrr_after
    from marts.fct_subscription_changes as started
    inner join marts.fct_subscription_changes as ended
        on started.account_id = ended.account_id
            and started.occurred_at = ended.occurred_at
            and started.product_id <> ended.product_id
    where started.change_type = 'start'
        and ended.change_type = 'end'

)

select
    moves.occurred_at,
    moves.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    former.product_name as from_plan,
    latter.product_name as to_plan,
    directions.direction,
    cast(moves.mrr_before as double precision) as mrr_before,
    cast(moves.mrr_after as double precision) as mrr_after,
    cast(moves.mrr_after - moves.mrr_before as double precision) as change
from moves
inner join marts.dim_account as accounts on moves.account_id = accounts.account_id
inner join marts.dim_product as former on moves.from_product_id = former.product_id
inner join marts.dim_product as latter on moves.to_product_id = latter.product_id
left join (select distinct from_product_id, to_product_id, direction from marts.plan_migrations) as directions
    on moves.from_product_id = directions.from_product_id
    and moves.to_product_id = directions.to_product_id
where moves.revenue_month between %(start)s and %(end)s
    and former.category = 'plan'
    and latter.category = 'plan'
    and /* selection of accounts */ true
order by change desc
