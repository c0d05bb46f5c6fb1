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
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1, 2
