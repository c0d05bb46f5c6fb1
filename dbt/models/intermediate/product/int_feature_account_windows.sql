-- account × feature × month: who used the feature in the four weeks before the month's end, in how many of them
select
    account_id,
    feature_id,
    usage_month,
    count(*) as users_28d,
    sum(weeks_used) as user_weeks,
    sum(uses) as uses_28d
from {{ ref('int_feature_windows') }}
group by account_id, feature_id, usage_month
