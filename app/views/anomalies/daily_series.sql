-- one watched series of the last weeks by day, with its band
select activity_date as period_start, actual_value, expected_value, lower_bound, upper_bound, is_told as is_anomaly, 'high' as severity
from marts.fct_daily_points
where metric = %(metric)s
    and dimension = %(dimension)s
    and dimension_value = %(dimension_value)s
order by activity_date
