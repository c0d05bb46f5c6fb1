-- one row per segment: months that a customer is expected to stay, from the churn of the last twelve complete months
with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

churn as (

    select
        revenue.segment,
        sum(revenue.starting_customers) as starting_customers,
        sum(revenue.churned_customers) as churned_customers
    from revenue
    cross join as_of
    where revenue.revenue_month <= as_of.last_complete_month
        and revenue.revenue_month > as_of.last_complete_month - interval '12' month
    group by revenue.segment

)

select
    segment,
    -- nobody lives for ever: the cap also stands where nobody left
    case
        when churned_customers = 0 then cast(60 as {{ type_double() }})
        else least(60, cast(starting_customers as {{ type_double() }}) / churned_customers)
    end as expected_months
from churn
