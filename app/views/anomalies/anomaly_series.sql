-- one watched series with its band
select period_start, actual_value, expected_value, lower_bound, upper_bound, is_anomaly, severity
from marts.fct_anomalies
where metric = %(metric)s
    and grain = %(grain)s
    and dimension = %(dimension)s
    and dimension_value = %(dimension_value)s
order by period_start
