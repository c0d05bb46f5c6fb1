-- moves between plan tiers by month, and the MRR they moved
select
    conversion_month as period,
    cast(sum(tier_upgrades) as bigint) as upgrades,
    cast(-sum(tier_downgrades) as bigint) as downgrades,
    cast(sum(upgrade_mrr) as double precision) as upgrade_mrr,
    cast(sum(downgrade_mrr) as double precision) as downgrade_mrr
from marts.conversion_metrics
where segment <> 'All'
    and conversion_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
group by 1
order by 1
