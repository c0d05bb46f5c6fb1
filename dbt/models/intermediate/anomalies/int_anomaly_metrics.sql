-- how each watched metric is judged: its unit, at which grain, and which direction is bad
select
    metric,
    metric_label,
    unit,
    grain,
    bad_direction
from (
    values
    ('new_mrr', 'New MRR', 'money', 'month', 'down'),
    ('expansion_mrr', 'Expansion MRR', 'money', 'month', 'down'),
    ('contraction_mrr', 'Contraction MRR', 'money', 'month', 'up'),
    ('churned_mrr', 'Churned MRR', 'money', 'month', 'up'),
    ('churned_customers', 'Churned customers', 'count', 'month', 'up'),
    ('won_amount', 'Won amount (ACV)', 'money', 'month', 'down'),
    ('spend', 'Sales and marketing spend', 'money', 'month', 'up'),
    ('spend', 'Sales and marketing spend', 'money', 'week', 'up'),
    ('tickets', 'Tickets', 'count', 'month', 'up'),
    ('tickets', 'Tickets', 'count', 'week', 'up'),
    ('resolution_breaches', 'Resolution SLA breaches', 'count', 'month', 'up'),
    ('resolution_breaches', 'Resolution SLA breaches', 'count', 'week', 'up'),
    ('failed_payments', 'Failed payments', 'count', 'month', 'up'),
    ('failed_payments', 'Failed payments', 'count', 'week', 'up'),
    ('events', 'Product events', 'count', 'week', 'down'),
    ('errors', 'Product errors', 'count', 'week', 'up')
) as v (metric, metric_label, unit, grain, bad_direction)
