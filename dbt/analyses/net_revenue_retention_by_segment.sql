-- Are we growing from existing customers, and in which segment not?
select
    segment,
    nrr_t12m,
    grr_t12m,
    mrr_base_12m,
    starting_customers,
    churned_customers
from {{ ref('nrr_summary') }}
where revenue_month = (select last_complete_month from {{ ref('int_as_of') }})
order by segment
