-- Defends CAC: the channels' spend and customers sum to the totals of their sources.
with

channels as (

    select sum(spend) as spend, sum(new_customers) as customers
    from {{ ref('fct_cac_ltv') }}

),

sources as (

    select
        (
            select sum(s.amount)
            from {{ ref('stg_marketing__spend') }} as s
            cross join {{ ref('int_as_of') }} as a
            where s.spend_date <= a.as_of_date and s.spend_date >= a.first_month
        ) as spend,
        (select sum(new_customers) from {{ ref('fct_revenue_monthly') }}) as customers

)

select *
from channels
cross join sources
where channels.spend <> sources.spend
    or channels.customers <> sources.customers
