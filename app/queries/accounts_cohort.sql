-- accounts that started within the range, and what they pay so many months later, once those are over
select
    cohort.account_id,
    accounts.account_name,
    cohort.segment,
    cohort.region,
    cohort.new_mrr as mrr_at_start,
    coalesce(later.ending_mrr, 0) as mrr_then,
    coalesce(later.ending_mrr, 0) > 0 as is_still_paying
from marts.fct_revenue_monthly as cohort
cross join marts.dim_tower as tower
inner join marts.dim_account as accounts on cohort.account_id = accounts.account_id
left join marts.fct_revenue_monthly as later
    on cohort.account_id = later.account_id
        and later.revenue_month = cast(cohort.revenue_month + cast(%(months_later)s as integer) * interval '1 month' as date)
where cohort.movement_type = 'new'
    and cohort.revenue_month between %(start)s and %(end)s
    and cohort.revenue_month + cast(%(months_later)s as integer) * interval '1 month' <= tower.last_complete_month
    and /* selection of cohort */ true
order by is_still_paying, mrr_at_start desc
