{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

)

select
    {{ row_key(['created_date', 'segment', 'region', 'acquisition_channel', 'priority', 'category', 'channel']) }} as support_id,
    created_date,
    created_month,
    segment,
    region,
    acquisition_channel,
    priority,
    category,
    channel,
    sum(tickets) as tickets,
    sum(first_response_met) as first_response_met,
    sum(first_response_breached) as first_response_breached,
    sum(resolution_met) as resolution_met,
    sum(resolution_breached) as resolution_breached,
    sum(open_tickets) as open_tickets,
    sum(open_and_breached) as open_and_breached,
    sum(escalated_tickets) as escalated_tickets,
    sum(reopened_tickets) as reopened_tickets,
    sum(csat_answers) as csat_answers,
    sum(csat_satisfied) as csat_satisfied
from tickets
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
