-- Defends inactivity churn: 90 days lie within 30, whoever no longer pays has no MRR at stake and is not counted among inactive customers.
select *
from {{ ref('churned_customers') }}
where (is_inactive_90d and not is_inactive_30d)
    or (not is_active_customer and (mrr <> 0 or estimated_clv <> 0 or inactive_customers_30d <> 0 or inactive_customers_90d <> 0))
    or (is_active_customer and inactive_customers_30d <> {{ as_count('is_inactive_30d') }})
    or expected_remaining_months > 60
