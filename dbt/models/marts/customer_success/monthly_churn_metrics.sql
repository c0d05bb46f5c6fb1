{{ config(tags=['mart'], indexes=[{'columns': ['churn_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

monthly as (

    select
        revenue_month as churn_month,
        segment,
        region,
        acquisition_channel,
        sum(starting_customers) as starting_customers,
        sum(churned_customers) as churned_customers,
        sum(starting_mrr) as starting_mrr,
        sum(churned_mrr) as churned_mrr,
        sum(contraction_mrr) as contraction_mrr,
        coalesce(sum(churned_customers) filter (where is_voluntary_churn), 0) as voluntary_customers,
        coalesce(sum(churned_mrr) filter (where is_voluntary_churn), 0) as voluntary_mrr,
        coalesce(sum(churned_customers) filter (where not is_voluntary_churn), 0) as involuntary_customers,
        coalesce(sum(churned_mrr) filter (where not is_voluntary_churn), 0) as involuntary_mrr,
        bool_or(is_partial_month) as is_partial_month
    from revenue
    group by 1, 2, 3, 4

)

select
    {{ row_key(['churn_month', 'segment', 'region', 'acquisition_channel']) }} as churn_metrics_id,
    segment,
    region,
    acquisition_channel,
    churn_month,
    cast(starting_customers as bigint) as starting_customers,
    cast(churned_customers as bigint) as churned_customers,
    cast(voluntary_customers as bigint) as voluntary_churned_customers,
    cast(involuntary_customers as bigint) as involuntary_churned_customers,
    cast(churned_customers - voluntary_customers - involuntary_customers as bigint) as unexplained_churned_customers,
    cast(starting_mrr as numeric(38, 2)) as starting_mrr,
    cast(churned_mrr as numeric(38, 2)) as churned_mrr,
    cast(voluntary_mrr as numeric(38, 2)) as voluntary_churned_mrr,
    cast(involuntary_mrr as numeric(38, 2)) as involuntary_churned_mrr,
    cast(churned_mrr - voluntary_mrr - involuntary_mrr as numeric(38, 2)) as unexplained_churned_mrr,
    cast(contraction_mrr as numeric(38, 2)) as contraction_mrr,
    cast(churned_customers as {{ type_double() }}) / nullif(starting_customers, 0) as logo_churn_rate,
    cast(churned_mrr as {{ type_double() }}) / nullif(cast(starting_mrr as {{ type_double() }}), 0) as revenue_churn_rate,
    is_partial_month
from monthly
