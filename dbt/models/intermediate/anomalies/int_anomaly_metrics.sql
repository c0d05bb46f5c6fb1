-- how each watched metric is judged: its unit, at which grain, which direction is bad, and by which multiple of MRR money is small
select
    metric,
    metric_label,
    unit,
    grain,
    bad_direction,
    months_of_mrr
from (
    values
    ('new_mrr', 'New MRR', 'money', 'month', 'down', 1),
    ('expansion_mrr', 'Expansion MRR', 'money', 'month', 'down', 1),
    ('contraction_mrr', 'Contraction MRR', 'money', 'month', 'up', 1),
    ('churned_mrr', 'Churned MRR', 'money', 'month', 'up', 1),
    ('churned_customers', 'Churned customers', 'count', 'month', 'up', 1),
    ('won_amount', 'Won amount (ACV)', 'money', 'month', 'down', 12),
    ('spend', 'Sales and marketing spend', 'money', 'month', 'up', 1),
    ('spend', 'Sales and marketing spend', 'money', 'week', 'up', 1),
    ('tickets', 'Tickets', 'count', 'month', 'up', 1),
    ('tickets', 'Tickets', 'count', 'week', 'up', 1),
    ('resolution_breaches', 'Resolution SLA breaches', 'count', 'month', 'up', 1),
    ('resolution_breaches', 'Resolution SLA breaches', 'count', 'week', 'up', 1),
    ('failed_payments', 'Failed payments', 'count', 'month', 'up', 1),
    ('failed_payments', 'Failed payments', 'count', 'week', 'up', 1),
    ('events', 'Product events', 'count', 'week', 'down', 1),
    ('errors', 'Product errors', 'count', 'week', 'up', 1)
) as v (metric, metric_label, unit, grain, bad_direction, months_of_mrr)
