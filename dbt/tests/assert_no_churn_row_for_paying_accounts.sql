-- Defends churn: an account that pays at the end of the month has not churned in it.
select *
from {{ ref('fct_revenue_monthly') }}
where churned_customers = 1
    and ending_mrr > 0
