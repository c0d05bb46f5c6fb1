-- Which features do accounts that stay use more than those that leave? Weekly users ÷ 28-day users is the stickiness.
select
    feature_name,
    module,
    is_beta,
    cast(sum(user_weeks) as {{ type_double() }}) / nullif(4 * sum(users_28d), 0) as stickiness,
    cast(sum(uses_by_retained) as {{ type_double() }}) / nullif(sum(case when uses_by_retained is not null then retained_accounts end), 0) as uses_per_retained_account,
    cast(sum(uses_by_churned) as {{ type_double() }}) / nullif(sum(case when uses_by_churned is not null then churned_accounts end), 0) as uses_per_churned_account
from {{ ref('feature_retention') }}
group by feature_name, module, is_beta
order by stickiness desc, feature_name
