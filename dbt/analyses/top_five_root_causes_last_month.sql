-- Which five causes brought the most tickets in the last complete month, and how many of them are still open?
select
    root_cause_name,
    category,
    tickets,
    ticket_share,
    open_share,
    resolution_median_hours,
    satisfaction_rate,
    csat_answers
from {{ ref('top_root_causes') }}
where created_month = (select last_complete_month from {{ ref('int_as_of') }})
    and root_cause_id is not null
order by tickets desc, root_cause_name, category
limit 5
