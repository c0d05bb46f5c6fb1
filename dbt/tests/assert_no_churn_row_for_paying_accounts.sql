-- Defends churn: an account with a paid state at the end of the month has not churned in it.
select
    revenue.account_id,
    revenue.revenue_month
from {{ ref('fct_revenue_monthly') }} as revenue
inner join {{ ref('int_months') }} as months on revenue.revenue_month = months.month_start
inner join {{ ref('int_subscription_states') }} as states
    on revenue.account_id = states.account_id
        and months.ends_at > states.paid_from
        and months.ends_at <= states.paid_to
where revenue.churned_customers = 1
