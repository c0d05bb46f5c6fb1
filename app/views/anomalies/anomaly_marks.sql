-- what people have said of points that left their band, the newest mark of each point
select distinct on (metric, grain, period_start, dimension, dimension_value)
    metric,
    grain,
    period_start,
    dimension,
    dimension_value,
    is_expected,
    owner,
    note,
    silent_until,
    coalesce(nullif(person, ''), 'somebody') as marked_by,
    cast(created_at as date) as marked_on
from ops.anomaly_marks
order by metric, grain, period_start, dimension, dimension_value, mark_id desc
