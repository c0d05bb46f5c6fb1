-- Defends continuity: a month starts with what the month before ended with.
select
    later.account_id,
    later.revenue_month
from {{ ref('fct_revenue_monthly') }} as later
inner join {{ ref('fct_revenue_monthly') }} as earlier
    on later.account_id = earlier.account_id
    and earlier.revenue_month = cast(later.revenue_month - interval '1' month as date)
where later.starting_mrr <> earlier.ending_mrr
