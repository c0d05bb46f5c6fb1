-- Defends popularity and stickiness: users of a feature are active users, used it in one to four weeks, and at least once a week counted.
select *
from {{ ref('feature_retention') }}
where users_28d > active_users_28d
    or user_weeks < users_28d
    or user_weeks > 4 * users_28d
    or uses_28d < user_weeks
    or uses_by_retained + uses_by_churned > uses_28d
