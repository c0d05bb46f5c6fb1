{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'revenue_month'], 'unique': true}, {'columns': ['revenue_month', 'segment', 'region', 'acquisition_channel']}]) }}

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

as_of as (

    select * from {{ ref('int_as_of') }}

),

compared as (

    select
        monthly_mrr.account_id,
        monthly_mrr.revenue_month,
        monthly_mrr.is_opening,
        monthly_mrr.is_partial_month,
        monthly_mrr.mrr as ending_mrr,
        lag(monthly_mrr.mrr) over (partition by monthly_mrr.account_id order by monthly_mrr.revenue_month) as starting_mrr,
        -- without twelve whole months of history there is no base, not a base of zero
        case when not bases.is_opening or as_of.data_start_date = as_of.first_month then bases.mrr end as mrr_base_12m
    from monthly_mrr
    cross join as_of
    left join monthly_mrr as bases
        on monthly_mrr.account_id = bases.account_id
            and monthly_mrr.month_number = bases.month_number + 12

),

moved as (

    select
        compared.*,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        {{ movement_type('compared.starting_mrr', 'compared.ending_mrr', 'accounts.first_paid_month = compared.revenue_month') }} as movement_type,
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
    cast(moved.starting_mrr as numeric(18, 2)) as starting_mrr,
    cast(case when moved.movement_type = 'new' then moved.change else 0 end as numeric(18, 2)) as new_mrr,
    cast(case when moved.movement_type = 'reactivation' then moved.change else 0 end as numeric(18, 2)) as reactivation_mrr,
    cast(case when moved.movement_type = 'expansion' then moved.change else 0 end as numeric(18, 2)) as expansion_mrr,
    cast(case when moved.movement_type = 'contraction' then -moved.change else 0 end as numeric(18, 2)) as contraction_mrr,
    cast(case when moved.movement_type = 'churn' then -moved.change else 0 end as numeric(18, 2)) as churned_mrr,
    moved.ending_mrr,
    cast(moved.ending_mrr * {{ var('gross_margin') }} as numeric(18, 4)) as gross_profit,
    cast(moved.mrr_base_12m as numeric(18, 2)) as mrr_base_12m,
    cast(case when moved.mrr_base_12m > 0 then moved.ending_mrr when moved.mrr_base_12m = 0 then 0 end as numeric(18, 2)) as mrr_retained_12m,
    cast(case when moved.mrr_base_12m is not null then least(moved.ending_mrr, moved.mrr_base_12m) end as numeric(18, 2)) as mrr_retained_capped_12m,
    {{ as_count('moved.starting_mrr > 0') }} as starting_customers,
    {{ as_count('moved.ending_mrr > 0') }} as ending_customers,
    {{ as_count("moved.movement_type = 'new'") }} as new_customers,
    {{ as_count("moved.movement_type = 'reactivation'") }} as reactivated_customers,
    {{ as_count("moved.movement_type = 'churn'") }} as churned_customers,
    case when moved.mrr_base_12m is not null then {{ as_count('moved.mrr_base_12m > 0') }} end as customers_base_12m,
    case when moved.mrr_base_12m is not null then {{ as_count('moved.mrr_base_12m > 0 and moved.ending_mrr > 0') }} end as customers_retained_12m,
    moved.is_partial_month
from moved
left join churn_reasons
    on moved.account_id = churn_reasons.account_id
        and moved.revenue_month = churn_reasons.churn_month
