-- the adoption metrics are kept by segment, not by account: who could use the features in the last month of the range, with the uses of those that did
with

features as (

    select feature_id, cast(released_at as date) as released_date
    from marts.dim_feature
    where is_released
        and (cast(%(feature)s as text) is null or feature_name = %(feature)s)
        and (cast(%(modules)s as text[]) is null or module = any(%(modules)s))
        and (cast(%(is_beta)s as boolean) is null or is_beta = %(is_beta)s)

),

active as (

    select account_id, max(activity_date) as last_active_date
    from marts.fct_usage
    where activity_month = %(end)s
        and /* selection */ true
    group by 1

),

eligible as (

    select active.account_id, features.feature_id
    from active
    inner join features on active.last_active_date >= features.released_date

),

used as (

    select usage.*
    from marts.fct_feature_usage as usage
    inner join features on usage.feature_id = features.feature_id
    where usage.usage_month = %(end)s
        and /* selection of usage */ true

),

pairs as (

    select
        coalesce(eligible.account_id, used.account_id) as account_id,
        eligible.feature_id is not null as is_eligible,
        coalesce(used.uses, 0) as uses,
        coalesce(used.uses_28d, 0) as uses_28d,
        coalesce(used.users_28d, 0) as users_28d,
        coalesce(used.user_weeks, 0) as user_weeks,
        used.is_retained
    from eligible
    full outer join used
        on eligible.account_id = used.account_id
        and eligible.feature_id = used.feature_id

)

select
    pairs.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    count(*) filter (where pairs.is_eligible) as features_available,
    count(*) filter (where pairs.uses > 0) as features_used,
    sum(pairs.uses) as uses,
    sum(pairs.uses_28d) as uses_28d,
    sum(pairs.users_28d) as users_28d,
    sum(pairs.user_weeks) as user_weeks,
    bool_and(pairs.is_retained) as is_retained
from pairs
inner join marts.dim_account as accounts on pairs.account_id = accounts.account_id
group by 1, 2, 3, 4
order by uses desc, account_name
