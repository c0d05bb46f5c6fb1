-- one row per month that the data hold from its first to its last day: the MRR of the whole company and what moved it
with

movements as (

    select * from {{ ref('int_account_movements') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    movements.revenue_month,
    cast(sum(movements.starting_mrr) as numeric(38, 2)) as starting_mrr,
    {%- for movement, column in movements().items() %}
        cast(sum(case when movements.movement_type = '{{ movement }}' then abs(movements.mrr_change) else 0 end) as numeric(38, 2)) as {{ column }},
    {%- endfor %}
    cast(sum(movements.ending_mrr) as numeric(38, 2)) as ending_mrr
from movements
cross join as_of
where movements.revenue_month >= as_of.data_start_date
    and not movements.is_partial_month
group by 1
