-- How many trials become paid within 30 days of their end, by month? Trials that ended less than 30 days ago are left out.
select
    conversion_month,
    segment,
    mature_trials,
    converted_trials,
    trial_to_paid
from {{ ref('conversion_metrics') }}
where mature_trials > 0
order by conversion_month, segment
