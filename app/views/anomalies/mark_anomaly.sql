-- say something of a point; the newest mark of a point counts
insert into ops.anomaly_marks (
    metric, grain, period_start, dimension, dimension_value, is_expected, owner, note, silent_until, person
)
select metric, grain, period_start, dimension, dimension_value, %(is_expected)s, %(owner)s, %(note)s, cast(%(silent_until)s as date), %(person)s
from marts.fct_anomalies
where anomaly_id = %(anomaly)s
returning mark_id
