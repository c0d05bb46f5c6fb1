-- Defends the lift: weighted by the scores it averages to one in every segment where someone left, and the deciles are of one size.
select segment
from {{ ref('health_lift') }}
group by segment
having abs(sum(lift * customer_months) / sum(customer_months) - 1) > 1e-9
    or sum(customer_months) <> max(segment_customer_months)
