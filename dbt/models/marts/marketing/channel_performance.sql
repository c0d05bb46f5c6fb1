{{ config(tags=['mart'], indexes=[{'columns': ['acquisition_month', 'acquisition_channel'], 'unique': true}]) }}

with

acquisition as (

    select * from {{ ref('fct_cac_ltv') }}

),

retention as (

    select * from {{ ref('fct_retention') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

company as (

    select * from {{ ref('dim_company') }}

),

cohorts as (

    select
        acquisition_channel,
        cohort_month,
        sum(case when months_since_start < 12 then retained_mrr else 0 end) as first_year_mrr,
        sum(case when months_since_start = 3 then retained_accounts end) as retained_customers_3m,
        sum(case when months_since_start = 6 then retained_accounts end) as retained_customers_6m,
        sum(case when months_since_start = 12 then retained_accounts end) as retained_customers_12m,
        sum(case when months_since_start = 12 then retained_mrr end) as retained_mrr_12m
    from retention
    group by 1, 2

),

matured as (

    select
        acquisition.*,
        company.gross_margin,
        {{ months_between('acquisition.cost_month', 'as_of.last_complete_month') }} as months_known
    from acquisition
    cross join as_of
    cross join company

)

select
    matured.cac_id as channel_month_id,
    matured.acquisition_channel,
    matured.cost_month as acquisition_month,
    matured.spend,
    matured.media_spend,
    matured.new_customers,
    matured.new_mrr,
    matured.new_gross_profit,
    cast(coalesce(cohorts.first_year_mrr, 0) * matured.gross_margin as numeric(38, 4)) as first_year_gross_profit,
    -- the first year is known once its twelfth month-end is; until then nothing may be divided
    cast(case when matured.months_known >= 11 then matured.media_spend end as numeric(38, 2)) as mature_media_spend,
    cast(case when matured.months_known >= 11 and matured.spend is not null then coalesce(cohorts.first_year_mrr, 0) * matured.gross_margin end as numeric(38, 4)) as mature_first_year_gross_profit,
    {%- for k in [3, 6, 12] %}
        cast(case when matured.months_known >= {{ k }} then matured.new_customers end as bigint) as mature_customers_{{ k }}m,
        cast(case when matured.months_known >= {{ k }} then coalesce(cohorts.retained_customers_{{ k }}m, 0) end as bigint) as retained_customers_{{ k }}m,
    {%- endfor %}
    cast(case when matured.months_known >= 12 then matured.new_mrr end as numeric(38, 2)) as mature_mrr_12m,
    cast(case when matured.months_known >= 12 then coalesce(cohorts.retained_mrr_12m, 0) end as numeric(38, 2)) as retained_mrr_12m,
    cast(matured.spend as {{ type_double() }}) / nullif(matured.new_customers, 0) as cac,
    cast(matured.spend / nullif(matured.new_gross_profit, 0) as {{ type_double() }}) as cac_payback_months,
    cast(case when matured.months_known >= 11 then coalesce(cohorts.first_year_mrr, 0) * matured.gross_margin / nullif(matured.media_spend, 0) end as {{ type_double() }}) as roas,
    matured.months_known >= 11 as is_first_year_mature
from matured
left join cohorts
    on matured.acquisition_channel = cohorts.acquisition_channel
        and matured.cost_month = cohorts.cohort_month
