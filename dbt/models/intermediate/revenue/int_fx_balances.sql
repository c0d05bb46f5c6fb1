-- account × currency × month at whose end it pays in it, from the opening balance on; only where rates move at all
-- noqa: disable=LT02
with

{%- if is_spot() %}

states as (

    select * from {{ ref('int_subscription_states') }}

),

{%- endif %}

months as (

    select * from {{ ref('int_months') }}

)

{%- if is_spot() %}

select
    states.account_id,
    coalesce(states.currency, '') as currency,
    months.month_start,
    months.month_number,
    sum(states.local_mrr) as local_mrr,
    cast(sum(states.mrr) as numeric(38, 2)) as mrr
from states
inner join months
    on states.paid_from < months.ends_at
        and states.paid_to >= months.ends_at
group by 1, 2, 3, 4
{%- else %}

select
    cast(null as varchar(255)) as account_id,
    cast(null as varchar(3)) as currency,
    month_start,
    month_number,
    cast(null as numeric(38, 12)) as local_mrr,
    cast(null as numeric(38, 2)) as mrr
from months
where false
{%- endif %}
