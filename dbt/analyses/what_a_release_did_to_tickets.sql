-- Which release made it worse: technical tickets and errors per active account in the four weeks after it, against the four before?
select
    version,
    released_date,
    technical_tickets_before,
    technical_tickets_after,
    technical_tickets_change,
    errors_change,
    usage_change,
    harm_rank
from {{ ref('release_impact') }}
where segment = 'All'
    and is_complete
order by harm_rank
