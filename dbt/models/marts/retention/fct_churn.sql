{{ config(tags=['fact']) }}

with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

churn_reasons as (

    select * from {{ ref('int_churn_reasons') }}

)

select
    revenue.revenue_id as churn_id,
    revenue.account_id,
    revenue.segment,
    revenue.region,
    revenue.acquisition_channel,
    accounts.account_name,
    revenue.revenue_month as churn_month,
    revenue.churn_reason as reason,
    churn_reasons.feedback_text,
    revenue.churned_mrr,
    {{ months_between('accounts.first_paid_month', 'revenue.revenue_month') }} as tenure_months,
    revenue.is_voluntary_churn as is_voluntary,
    accounts.is_activated,
    churn_reasons.churned_at
from revenue
inner join accounts on revenue.account_id = accounts.account_id
left join churn_reasons
    on revenue.account_id = churn_reasons.account_id
        and revenue.revenue_month = churn_reasons.churn_month
where revenue.movement_type = 'churn'
