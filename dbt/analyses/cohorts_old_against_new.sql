-- Do newer customers stay better than older ones? Accounts and revenue kept after three and six months, by half-year of start.
select
    case when {{ months_between(year_of('cohort_month'), 'cohort_month') }} < 6 then 'first half ' else 'second half ' end || {{ year_label_of('cohort_month') }} as started_in,
    months_since_start,
    sum(cohort_accounts) as accounts,
    cast(sum(retained_accounts) as {{ type_double() }}) / nullif(sum(cohort_accounts), 0) as account_retention,
    cast(sum(retained_mrr) / nullif(sum(cohort_mrr), 0) as {{ type_double() }}) as revenue_retention
from {{ ref('revenue_cohorts') }}
where segment = 'All'
    and months_since_start in (3, 6)
group by 1, 2
order by 2, min(cohort_month)
