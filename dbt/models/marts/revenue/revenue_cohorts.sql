{{ config(tags=['mart']) }}

with

retention as (

    select * from {{ ref('fct_retention') }}

),

summed as (

    select
        cohort_month,
        months_since_start,
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        sum(cohort_accounts) as cohort_accounts,
        sum(retained_accounts) as retained_accounts,
        sum(cohort_mrr) as cohort_mrr,
        sum(retained_mrr) as retained_mrr
    from retention
    group by grouping sets ((cohort_month, months_since_start, segment), (cohort_month, months_since_start))

)

select
    {{ row_key(['cohort_month', 'months_since_start', 'segment']) }} as cohort_id,
    cohort_month,
    months_since_start,
    segment,
    cast(cohort_accounts as bigint) as cohort_accounts,
    cast(retained_accounts as bigint) as retained_accounts,
    cast(cohort_mrr as numeric(38, 2)) as cohort_mrr,
    cast(retained_mrr as numeric(38, 2)) as retained_mrr,
    cast(retained_accounts as {{ type_double() }}) / nullif(cohort_accounts, 0) as account_retention,
    cast(retained_mrr / nullif(cohort_mrr, 0) as {{ type_double() }}) as revenue_retention
from summed
