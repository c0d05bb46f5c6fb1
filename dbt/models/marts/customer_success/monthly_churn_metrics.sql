{{ config(tags=['mart'], indexes=[{'columns': ['churn_month', 'segment', 'region', 'acquisition_channel']}]) }}

{% set reasons = churn_reasons() %}

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
        {%- for reason in reasons.voluntary + reasons.involuntary %}
            coalesce(sum(churned_customers) filter (where churn_reason = '{{ reason }}'), 0) as {{ reason }}_customers,
            coalesce(sum(churned_mrr) filter (where churn_reason = '{{ reason }}'), 0) as {{ reason }}_mrr,
        {%- endfor %}
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
    cast(churned_customers - ({{ reasons.involuntary | join('_customers + ') }}_customers) as bigint) as voluntary_churned_customers,
    cast({{ reasons.involuntary | join('_customers + ') }}_customers as bigint) as involuntary_churned_customers,
    cast(starting_mrr as numeric(18, 2)) as starting_mrr,
    cast(churned_mrr as numeric(18, 2)) as churned_mrr,
    cast(churned_mrr - ({{ reasons.involuntary | join('_mrr + ') }}_mrr) as numeric(18, 2)) as voluntary_churned_mrr,
    cast({{ reasons.involuntary | join('_mrr + ') }}_mrr as numeric(18, 2)) as involuntary_churned_mrr,
    cast(contraction_mrr as numeric(18, 2)) as contraction_mrr,
    {%- for reason in reasons.voluntary %}
        cast({{ reason }}_customers as bigint) as {{ reason }}_churned_customers,
        cast({{ reason }}_mrr as numeric(18, 2)) as {{ reason }}_churned_mrr,
    {%- endfor %}
    cast(churned_customers as {{ type_double() }}) / nullif(starting_customers, 0) as logo_churn_rate,
    cast(churned_mrr as {{ type_double() }}) / nullif(cast(starting_mrr as {{ type_double() }}), 0) as revenue_churn_rate,
    is_partial_month
from monthly
