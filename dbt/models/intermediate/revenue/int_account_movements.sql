-- account × month with MRR at its start, its end or a year before: what moved MRR, and the base of a year before
with

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

spans as (

    select * from {{ ref('int_account_paid_span') }}

),

{%- if is_spot() %}

fx as (

    select * from {{ ref('int_fx_movements') }}

),

{%- endif %}

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
        monthly_mrr.usage_mrr,
        lag(monthly_mrr.mrr) over (partition by monthly_mrr.account_id order by monthly_mrr.revenue_month) as starting_mrr,
        -- of the days of a month before the data nobody knows what came and went
        monthly_mrr.revenue_month >= as_of.data_start_date as is_known_from_its_start,
        -- without twelve whole months of history there is no base, not a base of zero
        case when not bases.is_opening or as_of.data_start_date = as_of.first_month then bases.mrr end as mrr_base_12m
    from monthly_mrr
    cross join as_of
    left join monthly_mrr as bases
        on monthly_mrr.account_id = bases.account_id
            and monthly_mrr.month_number = bases.month_number + 12

)

select
    compared.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    compared.revenue_month,
    {{ movement_type('compared.starting_mrr', 'compared.ending_mrr', month_of('spans.first_paid_at') ~ ' = compared.revenue_month', 'coalesce(fx.fx_mrr, 0)' if is_spot() else none) }} as movement_type,
    cast(compared.starting_mrr as numeric(38, 2)) as starting_mrr,
    compared.ending_mrr,
    compared.usage_mrr,
    {%- if is_spot() %}
        cast(compared.ending_mrr - compared.starting_mrr - coalesce(fx.fx_mrr, 0) as numeric(38, 2)) as mrr_change,
        cast(coalesce(fx.fx_mrr, 0) as numeric(38, 2)) as fx_mrr,
        cast(coalesce(fx.mrr_at_base_rates, 0) as numeric(38, 2)) as mrr_at_base_rates,
    {%- else %}
        cast(compared.ending_mrr - compared.starting_mrr as numeric(38, 2)) as mrr_change,
    {%- endif %}
    cast(case when compared.is_known_from_its_start then compared.starting_mrr end as numeric(38, 2)) as retention_base_mrr,
    cast(compared.mrr_base_12m as numeric(38, 2)) as mrr_base_12m,
    compared.is_partial_month,
    spans.first_paid_at
from compared
inner join accounts on compared.account_id = accounts.account_id
inner join spans on compared.account_id = spans.account_id
{%- if is_spot() %}
    left join fx
        on compared.account_id = fx.account_id
            and compared.revenue_month = fx.revenue_month
{%- endif %}
where not compared.is_opening
    and (compared.starting_mrr > 0 or compared.ending_mrr > 0 or compared.mrr_base_12m > 0)
