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

)

select
    {{ row_key(['movements.account_id', 'movements.revenue_month']) }} as revenue_id,
    movements.account_id,
    movements.segment,
    movements.region,
    movements.acquisition_channel,
    movements.revenue_month,
    movements.movement_type,
    case when movements.movement_type = 'churn' then coalesce(churn_reasons.reason, 'other') end as churn_reason,
    movements.starting_mrr,
    {%- for movement, column in movements().items() %}
        cast(case when movements.movement_type = '{{ movement }}' then abs(movements.mrr_change) else 0 end as numeric(18, 2)) as {{ column }},
    {%- endfor %}
    movements.ending_mrr,
    movements.usage_mrr,
    cast(movements.ending_mrr * company.gross_margin as numeric(18, 4)) as gross_profit,
    movements.mrr_base_12m,
    cast(case when movements.mrr_base_12m > 0 then movements.ending_mrr when movements.mrr_base_12m = 0 then 0 end as numeric(18, 2)) as mrr_retained_12m,
    cast(case when movements.mrr_base_12m is not null then least(movements.ending_mrr, movements.mrr_base_12m) end as numeric(18, 2)) as mrr_retained_capped_12m,
    {{ as_count('movements.starting_mrr > 0') }} as starting_customers,
    {{ as_count('movements.ending_mrr > 0') }} as ending_customers,
    {{ as_count("movements.movement_type = 'new'") }} as new_customers,
    {{ as_count("movements.movement_type = 'reactivation'") }} as reactivated_customers,
    {{ as_count("movements.movement_type = 'churn'") }} as churned_customers,
    case when movements.mrr_base_12m is not null then {{ as_count('movements.mrr_base_12m > 0') }} end as customers_base_12m,
    case when movements.mrr_base_12m is not null then {{ as_count('movements.mrr_base_12m > 0 and movements.ending_mrr > 0') }} end as customers_retained_12m,
    movements.is_partial_month
from movements
cross join company
left join churn_reasons
    on movements.account_id = churn_reasons.account_id
        and movements.revenue_month = churn_reasons.churn_month
