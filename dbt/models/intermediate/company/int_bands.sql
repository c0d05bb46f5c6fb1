-- the amounts that class accounts and products: those that the company declared, else learned from what is paid on the as-of date
with

declared as (

    select * from {{ ref('stg_company__bands') }}

),

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

paid as (

    select cast(12 * monthly_mrr.mrr as {{ type_double() }}) as amount
    from monthly_mrr
    inner join as_of on monthly_mrr.revenue_month = as_of.last_month
    where monthly_mrr.mrr > 0

),

priced as (

    select cast(list_price as {{ type_double() }}) as amount
    from products
    where list_price > 0

),

learned as (

    {% for kind, position, place, share in learned_bands() -%}
        select
            '{{ kind }}' as kind,
            {{ position }} as position,
            percentile_cont({{ share }}) within group (order by amount) as amount
        from {{ place }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    kind,
    position,
    cast(amount as numeric(38, 12)) as amount,
    true as is_declared
from declared
union all
select
    kind,
    position,
    {{ two_digits('amount') }} as amount,
    false as is_declared
from learned
where amount is not null
    and kind not in (select declared.kind from declared)
