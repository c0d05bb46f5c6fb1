{{ config(tags=['mart'], indexes=[{'columns': ['created_month', 'segment', 'priority']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

),

monthly as (

    select
        created_month,
        priority,
        segment,
        max(first_response_target_hours) as first_response_target_hours,
        max(resolution_target_hours) as resolution_target_hours,
        count(*) as tickets,
        sum(first_response_met) as first_response_met,
        sum(first_response_breached) as first_response_breached,
        sum({{ as_count("first_response_state = 'pending'") }}) as first_response_pending,
        percentile_cont(0.5) within group (order by first_response_hours) as first_response_p50_hours,
        percentile_cont(0.9) within group (order by first_response_hours) as first_response_p90_hours,
        sum(resolution_met) as resolution_met,
        sum(resolution_breached) as resolution_breached,
        sum(open_and_breached) as open_and_breached,
        sum({{ as_count("resolution_state = 'pending'") }}) as resolution_pending,
        percentile_cont(0.5) within group (order by resolution_hours) as resolution_p50_hours,
        percentile_cont(0.9) within group (order by resolution_hours) as resolution_p90_hours
    from tickets
    group by created_month, priority, segment

)

select
    {{ row_key(['created_month', 'priority', 'segment']) }} as sla_id,
    created_month,
    priority,
    segment,
    first_response_target_hours,
    resolution_target_hours,
    tickets,
    first_response_met,
    first_response_breached,
    first_response_pending,
    cast(first_response_met as {{ type_double() }}) / nullif(first_response_met + first_response_breached, 0) as first_response_sla,
    first_response_p50_hours,
    first_response_p90_hours,
    resolution_met,
    resolution_breached,
    open_and_breached,
    resolution_pending,
    cast(resolution_met as {{ type_double() }}) / nullif(resolution_met + resolution_breached, 0) as resolution_sla,
    resolution_p50_hours,
    resolution_p90_hours
from monthly
