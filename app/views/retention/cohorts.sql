-- cohort cells of the cohorts up to the end of the range
select
    cohort_month,
    months_since_start,
    sum(cohort_accounts) as cohort_accounts,
    sum(retained_accounts) as retained_accounts,
    sum(cohort_mrr) as cohort_mrr,
    sum(retained_mrr) as retained_mrr
from marts.fct_retention
where cohort_month between %(start)s and %(end)s
    and /* selection */ true
group by 1, 2
