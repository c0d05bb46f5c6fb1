-- how long accounts stayed; those that first paid by the end of the range
select segment, region, acquisition_channel, is_activated, duration_days, observed_from_days, is_churned
from marts.fct_survival
where first_paid_at < cast(%(end)s as date) + interval '1 month'
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
