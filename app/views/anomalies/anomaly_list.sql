-- flagged points of the range, and those that would be, had nobody expected them; the page shows one per event (is_lead) unless asked for all. A slice is shown when it matches the filters; totals only without filters.
select anomaly_id, metric, metric_label, grain, period_start, dimension, dimension_value, actual_value, expected_value, deviation, impact, impact_unit, score,
    severity, manner, direction, is_bad, is_lead, was_expected, is_tracking_fault
from marts.fct_anomalies
where (is_anomaly or was_expected)
    and period_start >= %(start)s
    and period_start < cast(%(end)s as date) + interval '1 month'
    and (
        (cast(%(segment)s as text[]) is null and cast(%(region)s as text[]) is null and cast(%(acquisition_channel)s as text[]) is null)
        or segment = any(coalesce(%(segment)s, array[]::text[]))
        or region = any(coalesce(%(region)s, array[]::text[]))
        or acquisition_channel = any(coalesce(%(acquisition_channel)s, array[]::text[]))
    )
order by impact desc
