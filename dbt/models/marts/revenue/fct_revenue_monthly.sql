{%- set retained = 'reasoned.mrr_at_base_rates' if is_spot() else 'reasoned.ending_mrr' %}
{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'revenue_month'], 'unique': true}, {'columns': ['revenue_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

movements as (

    select * from {{ ref('int_account_movements') }}

),

churn_reasons as (

    select * from {{ ref('int_churn_reasons') }}

),

company as (

    select * from {{ ref('dim_company') }}

),

words as (

    select * from {{ ref('int_words') }}

),

reasoned as (

    select
        movements.*,
        case when movements.movement_type = 'churn' then coalesce(churn_reasons.reason, '{{ unsaid_reason() }}') end as churn_reason
    from movements
    left join churn_reasons
        on movements.account_id = churn_reasons.account_id
            and movements.revenue_month = churn_reasons.churn_month

)

select
    {{ row_key(['reasoned.account_id', 'reasoned.revenue_month']) }} as revenue_id,
    reasoned.account_id,
    reasoned.segment,
    reasoned.region,
    reasoned.acquisition_channel,
    reasoned.revenue_month,
    reasoned.movement_type,
    reasoned.churn_reason,
    reasoned.starting_mrr,
    {%- for movement, column in movements().items() %}
        cast(case when reasoned.movement_type = '{{ movement }}' then abs(reasoned.mrr_change) else 0 end as numeric(38, 2)) as {{ column }},
    {%- endfor %}
    -- without spot rates there is no such movement, and not one of 0
    cast({{ 'reasoned.fx_mrr' if is_spot() else "case when company.fx_method = 'spot' then 0 end" }} as numeric(38, 2)) as fx_mrr,
    reasoned.ending_mrr,
    reasoned.usage_mrr,
    cast(reasoned.ending_mrr * company.gross_margin as numeric(38, 4)) as gross_profit,
    reasoned.retention_base_mrr,
    reasoned.mrr_base_12m,
    cast(case when reasoned.mrr_base_12m > 0 then {{ retained }} when reasoned.mrr_base_12m = 0 then 0 end as numeric(38, 2)) as mrr_retained_12m,
    cast(case when reasoned.mrr_base_12m is not null then least({{ retained }}, reasoned.mrr_base_12m) end as numeric(38, 2)) as mrr_retained_capped_12m,
    {{ as_count('reasoned.starting_mrr > 0') }} as starting_customers,
    {{ as_count('reasoned.ending_mrr > 0') }} as ending_customers,
    {{ as_count("reasoned.movement_type = 'new'") }} as new_customers,
    {{ as_count("reasoned.movement_type = 'reactivation'") }} as reactivated_customers,
    {{ as_count("reasoned.movement_type = 'churn'") }} as churned_customers,
    case when reasoned.mrr_base_12m is not null then {{ as_count('reasoned.mrr_base_12m > 0') }} end as customers_base_12m,
    case when reasoned.mrr_base_12m is not null then {{ as_count('reasoned.mrr_base_12m > 0 and reasoned.ending_mrr > 0') }} end as customers_retained_12m,
    words.is_voluntary as is_voluntary_churn,
    reasoned.is_partial_month
from reasoned
cross join company
left join words
    on words.kind = 'churn_reason'
        and reasoned.churn_reason = words.value
