-- how each watched metric is judged: its unit, at which grain, which direction is bad, by which multiple of MRR money is small, and the table without whose rows it is unknown
select
    metric,
    metric_label,
    unit,
    grain,
    bad_direction,
    months_of_mrr,
    cast(source_table as varchar(255)) as source_table
from (
    values
    ('new_mrr', 'New MRR', 'money', 'month', 'down', 1, null),
    ('expansion_mrr', 'Expansion MRR', 'money', 'month', 'down', 1, null),
    ('contraction_mrr', 'Contraction MRR', 'money', 'month', 'up', 1, null),
    ('churned_mrr', 'Churned MRR', 'money', 'month', 'up', 1, null),
    ('churned_customers', 'Churned customers', 'count', 'month', 'up', 1, null),
    ('won_amount', 'Won amount (ACV)', 'money', 'month', 'down', 12, null),
    ('spend', 'Media spend', 'money', 'week', 'up', 12.0 / 52, 'marketing.spend'),
    ('tickets', 'Tickets', 'count', 'week', 'up', 1, 'support.tickets'),
    ('resolution_breaches', 'Resolution SLA breaches', 'count', 'week', 'up', 1, 'support.tickets'),
    ('failed_payments', 'Failed payments', 'count', 'week', 'up', 1, 'billing.payments'),
    ('events', 'Product events', 'count', 'week', 'down', 1, 'product.events'),
    ('errors', 'Product errors', 'count', 'week', 'up', 1, 'product.events')
) as v (metric, metric_label, unit, grain, bad_direction, months_of_mrr, source_table)
