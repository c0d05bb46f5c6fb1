-- one row per segment: months that a customer is expected to stay, from the churn of the last twelve complete months
with

movements as (

    select * from {{ ref('int_account_movements') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

churn as (

    select
        movements.segment,
        count(*) filter (where movements.starting_mrr > 0) as starting_customers,
        count(*) filter (where movements.movement_type = 'churn') as churned_customers
    from movements
    cross join as_of
    where movements.revenue_month <= as_of.last_complete_month
        and movements.revenue_month > as_of.last_complete_month - interval '12' month
    group by movements.segment

)

select
    segment,
    -- nobody lives for ever: the cap also stands where nobody left
    case
        when churned_customers = 0 then cast({{ var('longest_lifetime_months') }} as {{ type_double() }})
        else least({{ var('longest_lifetime_months') }}, cast(starting_customers as {{ type_double() }}) / churned_customers)
    end as expected_months
from churn
