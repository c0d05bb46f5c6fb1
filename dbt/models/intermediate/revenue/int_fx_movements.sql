-- account × month with MRR at its start or its end: what rates alone made of it; only where rates move at all
-- noqa: disable=LT02
with

{%- if is_spot() %}

balances as (

    select * from {{ ref('int_fx_balances') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

sides as (

    select
        account_id,
        currency,
        month_number,
        local_mrr,
        mrr,
        0 as local_before,
        0 as mrr_before
    from balances
    union all
    select
        account_id,
        currency,
        month_number + 1 as month_number,
        0 as local_mrr,
        0 as mrr,
        local_mrr as local_before,
        mrr as mrr_before
    from balances

),

compared as (

    select
        account_id,
        currency,
        month_number,
        sum(local_mrr) as local_mrr,
        sum(mrr) as mrr,
        sum(local_before) as local_before,
        sum(mrr_before) as mrr_before
    from sides
    group by 1, 2, 3

),

priced as (

    select
        compared.*,
        months.month_start,
        coalesce(rates.rate, 1) as rate,
        coalesce(rates.previous_rate, 1) as previous_rate,
        coalesce(base_rates.rate, 1) as base_rate
    from compared
    inner join months on compared.month_number = months.month_number
    left join months as base_months on compared.month_number = base_months.month_number + 12
    left join rates
        on compared.currency = rates.currency
            and months.month_start = rates.month_start
    left join rates as base_rates
        on compared.currency = base_rates.currency
            and base_months.month_start = base_rates.month_start
    where not months.is_opening

),

moved as (

    -- what came is worth the month's rate, what went that of the month before
    select
        priced.*,
        case
            when local_before = 0 or local_mrr = 0 or rate = previous_rate then mrr - mrr_before
            when local_mrr >= local_before then round((local_mrr - local_before) * rate, 2)
            else -round((local_before - local_mrr) * previous_rate, 2)
        end as mrr_change,
        case when rate = base_rate then mrr else round(local_mrr * base_rate, 2) end as mrr_at_base_rates
    from priced

)

select
    account_id,
    month_start as revenue_month,
    cast(sum(mrr - mrr_before - mrr_change) as numeric(38, 2)) as fx_mrr,
    cast(sum(mrr_at_base_rates) as numeric(38, 2)) as mrr_at_base_rates
from moved
group by 1, 2
{%- else %}

months as (

    select * from {{ ref('int_months') }}

)

select
    cast(null as varchar(255)) as account_id,
    month_start as revenue_month,
    cast(null as numeric(38, 2)) as fx_mrr,
    cast(null as numeric(38, 2)) as mrr_at_base_rates
from months
where false
{%- endif %}
