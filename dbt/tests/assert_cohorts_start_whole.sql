-- Defends the cohorts: month 0 is 100 %, and no later month holds more accounts than the cohort had.
select *
from {{ ref('fct_retention') }}
where retained_accounts > cohort_accounts
    or (months_since_start = 0 and (retained_accounts <> cohort_accounts or retained_mrr <> cohort_mrr))
