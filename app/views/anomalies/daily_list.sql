-- days of the last weeks that stand out, one row per event and day; a slice is shown when it matches the filters, totals only without filters
select metric, metric_label, activity_date, dimension, dimension_value, impact_unit, actual_value, expected_value, deviation, score, is_lead
from marts.fct_daily_points
where is_told
    and activity_date >= %(start)s
    and activity_date < cast(%(end)s as date) + interval '1 month'
    and (
        (is_lead and cast(%(segment)s as text[]) is null and cast(%(region)s as text[]) is null and cast(%(acquisition_channel)s as text[]) is null)
        or segment = any(coalesce(%(segment)s, array[]::text[]))
        or region = any(coalesce(%(region)s, array[]::text[]))
        or acquisition_channel = any(coalesce(%(acquisition_channel)s, array[]::text[]))
    )
order by activity_date desc, abs(score) desc
