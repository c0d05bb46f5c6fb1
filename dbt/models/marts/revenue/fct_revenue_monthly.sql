{{ config(indexes=[{'columns': ['account_id', 'revenue_month'], 'unique': true}, {'columns': ['revenue_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

churn_reasons as (

    select * from {{ ref('int_churn_reasons') }}

),

compared as (

    select
        account_id,
        revenue_month,
        month_number,
        is_opening,
        is_partial_month,
        mrr as ending_mrr,
        lag(mrr) over (partition by account_id order by revenue_month) as starting_mrr,
        -- without twelve months of history there is no base, not a base of zero
        lag(mrr, 12) over (partition by account_id order by revenue_month) as mrr_base_12m
    from monthly_mrr

),

moved as (

    select
        compared.*,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        case
            when compared.starting_mrr = 0 and compared.ending_mrr > 0 and accounts.first_paid_month = compared.revenue_month then 'new'
            when compared.starting_mrr = 0 and compared.ending_mrr > 0 then 'reactivation'
            when compared.starting_mrr > 0 and compared.ending_mrr = 0 then 'churn'
            when compared.ending_mrr > compared.starting_mrr then 'expansion'
            when compared.ending_mrr < compared.starting_mrr then 'contraction'
            else 'none'
        end as movement_type,
        compared.ending_mrr - compared.starting_mrr as change
    from compared
    inner join accounts on compared.account_id = accounts.account_id
    where not compared.is_opening
        and (compared.starting_mrr > 0 or compared.ending_mrr > 0 or compared.mrr_base_12m > 0)

)

select
    {{ row_key(['moved.account_id', 'moved.revenue_month']) }} as revenue_id,
    moved.account_id,
    moved.segment,
    moved.region,
    moved.acquisition_channel,
    moved.revenue_month,
    moved.movement_type,
    case when moved.movement_type = 'churn' then coalesce(churn_reasons.reason, 'other') end as churn_reason,
    moved.starting_mrr,
    cast(case when moved.movement_type = 'new' then moved.change else 0 end as numeric(18, 2)) as new_mrr,
    cast(case when moved.movement_type = 'reactivation' then moved.change else 0 end as numeric(18, 2)) as reactivation_mrr,
    cast(case when moved.movement_type = 'expansion' then moved.change else 0 end as numeric(18, 2)) as expansion_mrr,
    cast(case when moved.movement_type = 'contraction' then -moved.change else 0 end as numeric(18, 2)) as contraction_mrr,
    cast(case when moved.movement_type = 'churn' then -moved.change else 0 end as numeric(18, 2)) as churned_mrr,
    moved.ending_mrr,
    cast(moved.ending_mrr * {{ var('gross_margin') }} as numeric(18, 4)) as gross_profit,
    moved.mrr_base_12m,
    cast(case when moved.mrr_base_12m > 0 then moved.ending_mrr when moved.mrr_base_12m = 0 then 0 end as numeric(18, 2)) as mrr_retained_12m,
    cast(least(moved.ending_mrr, moved.mrr_base_12m) as numeric(18, 2)) as mrr_retained_capped_12m,
    {{ as_count('moved.starting_mrr > 0') }} as starting_customers,
    {{ as_count('moved.ending_mrr > 0') }} as ending_customers,
    {{ as_count("moved.movement_type = 'new'") }} as new_customers,
    {{ as_count("moved.movement_type = 'reactivation'") }} as reactivated_customers,
    {{ as_count("moved.movement_type = 'churn'") }} as churned_customers,
    moved.is_partial_month
from moved
left join churn_reasons
    on moved.account_id = churn_reasons.account_id
    and moved.revenue_month = churn_reasons.churn_month
