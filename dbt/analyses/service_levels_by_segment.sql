-- Do we keep our support promises in every segment and priority? The last three complete months.
select
    segment,
    priority,
    sum(tickets) as tickets,
    cast(sum(first_response_met) as {{ type_double() }}) / nullif(sum(first_response_met) + sum(first_response_breached), 0) as first_response_sla,
    cast(sum(resolution_met) as {{ type_double() }}) / nullif(sum(resolution_met) + sum(resolution_breached), 0) as resolution_sla,
    sum(open_and_breached) as open_and_breached
from {{ ref('sla_adherence') }}
cross join {{ ref('int_as_of') }}
where created_month > last_complete_month - interval '3' month
    and created_month <= last_complete_month
    and segment <> 'All'
group by segment, priority
order by resolution_sla
