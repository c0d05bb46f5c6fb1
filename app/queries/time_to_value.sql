-- Kaplan-Meier median days to activation: of everything and of each value of one dimension, those chosen where some are
select
    dimension,
    dimension_value,
    max(observed) filter (where level = 'accounts') as accounts,
    max(median_days) filter (where level = 'accounts') as accounts_median_days,
    max(share_not_activated) filter (where level = 'accounts') as accounts_not_activated,
    max(observed) filter (where level = 'users') as users,
    max(median_days) filter (where level = 'users') as users_median_days,
    max(share_not_activated) filter (where level = 'users') as users_not_activated
from marts.time_to_value
where (dimension <> 'segment' or cast(%(segment)s as text[]) is null or dimension_value = any(%(segment)s))
    and (dimension <> 'region' or cast(%(region)s as text[]) is null or dimension_value = any(%(region)s))
    and (dimension <> 'acquisition_channel' or cast(%(acquisition_channel)s as text[]) is null or dimension_value = any(%(acquisition_channel)s))
group by 1, 2
order by
    array_position(array['total', 'segment', 'region', 'acquisition_channel'], dimension),
    (select position from marts.dim_word where kind = dimension and value = dimension_value),
    dimension_value
