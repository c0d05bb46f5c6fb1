-- Defends attribution: every model hands out all of the won amount, the new MRR and the customers, to the cent, and nothing twice.
with

models as (

    select attribution_model
    from (values ('first'), ('last'), ('linear'), ('position')) as v (attribution_model)

),

credited as (

    select
        attribution_model,
        sum(won_amount) as won_amount,
        sum(new_mrr) as new_mrr,
        sum(new_customers) as new_customers
    from {{ ref('attribution') }}
    group by 1

),

won as (

    select coalesce(sum(won_amount), 0) as won_amount
    from {{ ref('fct_deals') }}
    where not is_renewal

),

gained as (

    select
        coalesce(sum(new_mrr), 0) as new_mrr,
        coalesce(sum(new_customers), 0) as new_customers
    from {{ ref('fct_revenue_monthly') }}

)

select models.attribution_model
from models
left join credited on models.attribution_model = credited.attribution_model
cross join won
cross join gained
where coalesce(credited.won_amount, 0) <> won.won_amount
    or coalesce(credited.new_mrr, 0) <> gained.new_mrr
    or abs(coalesce(credited.new_customers, 0) - gained.new_customers) > 0.000001
