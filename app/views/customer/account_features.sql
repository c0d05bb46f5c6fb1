-- features that an account used, month by month added up, and what its users did with them in the last four weeks of the months
select
    features.feature_name,
    features.module,
    features.is_beta,
    sum(usage.uses) as uses,
    count(*) filter (where usage.uses > 0) as months_used,
    max(usage.usage_month) filter (where usage.uses > 0) as last_month,
    coalesce(sum(usage.uses_28d) filter (where usage.usage_month = %(end)s), 0) as uses_28d,
    coalesce(sum(usage.users_28d) filter (where usage.usage_month = %(end)s), 0) as users_28d
from marts.fct_feature_usage as usage
inner join marts.dim_feature as features on usage.feature_id = features.feature_id
where usage.account_id = %(account)s
    and usage.usage_month between %(since)s and %(end)s
group by 1, 2, 3
order by uses_28d desc, uses desc
