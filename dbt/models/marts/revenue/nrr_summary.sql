{{ config(tags=['mart']) }}

with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

summed as (

    select
        revenue_month,
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        sum(starting_mrr) as starting_mrr,
        sum(retention_base_mrr) as retention_base_mrr,
        sum(new_mrr) as new_mrr,
        sum(reactivation_mrr) as reactivation_mrr,
        sum(expansion_mrr) as expansion_mrr,
        sum(contraction_mrr) as contraction_mrr,
        sum(churned_mrr) as churned_mrr,
        sum(ending_mrr) as ending_mrr,
        sum(mrr_base_12m) as mrr_base_12m,
        sum(mrr_retained_12m) as mrr_retained_12m,
        sum(mrr_retained_capped_12m) as mrr_retained_capped_12m,
        sum(starting_customers) as starting_customers,
        sum(churned_customers) as churned_customers,
        sum(ending_customers) as ending_customers,
        bool_or(is_partial_month) as is_partial_month
    from revenue
    group by grouping sets ((revenue_month, segment), (revenue_month))

)

select
    {{ row_key(['revenue_month', 'segment']) }} as nrr_id,
    revenue_month,
    segment,
    cast(starting_mrr as numeric(38, 2)) as starting_mrr,
    cast(new_mrr as numeric(38, 2)) as new_mrr,
    cast(reactivation_mrr as numeric(38, 2)) as reactivation_mrr,
    cast(expansion_mrr as numeric(38, 2)) as expansion_mrr,
    cast(contraction_mrr as numeric(38, 2)) as contraction_mrr,
    cast(churned_mrr as numeric(38, 2)) as churned_mrr,
    cast(ending_mrr as numeric(38, 2)) as ending_mrr,
    cast((starting_mrr + expansion_mrr - contraction_mrr - churned_mrr) / nullif(retention_base_mrr, 0) as {{ type_double() }}) as nrr_monthly,
    cast((starting_mrr - contraction_mrr - churned_mrr) / nullif(retention_base_mrr, 0) as {{ type_double() }}) as grr_monthly,
    cast(mrr_base_12m as numeric(38, 2)) as mrr_base_12m,
    cast(mrr_retained_12m as numeric(38, 2)) as mrr_retained_12m,
    cast(mrr_retained_capped_12m as numeric(38, 2)) as mrr_retained_capped_12m,
    cast(mrr_retained_12m / nullif(mrr_base_12m, 0) as {{ type_double() }}) as nrr_t12m,
    cast(mrr_retained_capped_12m / nullif(mrr_base_12m, 0) as {{ type_double() }}) as grr_t12m,
    cast(starting_customers as bigint) as starting_customers,
    cast(churned_customers as bigint) as churned_customers,
    cast(ending_customers as bigint) as ending_customers,
    is_partial_month
from summed
