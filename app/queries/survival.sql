-- how long accounts stayed; those that first paid by the end of the range
select segment, region, acquisition_channel, is_activated, duration_days, observed_from_days, is_churned
from marts.fct_survival
where first_paid_at < cast(%(end)s as date) + interval '1 month'
    and /* selection */ true
