-- Defends root causes and service levels: their counts are those of the tickets, month by month, and shares of a month make one.
with

tickets as (

    select
        created_month, count(*) as tickets, sum(open_tickets) as open_tickets, sum(csat_answers) as answers,
        sum(resolution_met) as met, sum(resolution_breached) as breached
    from {{ ref('fct_tickets') }}
    group by created_month

),

causes as (

    select
        created_month, sum(tickets) as tickets, sum(open_tickets) as open_tickets, sum(csat_answers) as answers,
        sum(ticket_share) as share_sum, min(tickets_of_month) as of_month,
        bool_and(main_channel_tickets between 1 and tickets) as has_main_channels
    from {{ ref('top_root_causes') }}
    group by created_month

),

levels as (

    select
        created_month, sum(tickets) as tickets, sum(resolution_met) as met, sum(resolution_breached) as breached,
        sum(resolution_met + resolution_breached + resolution_pending) as judged
    from {{ ref('sla_adherence') }}
    group by created_month

)

select tickets.created_month
from tickets
left join causes on tickets.created_month = causes.created_month
left join levels on tickets.created_month = levels.created_month
where causes.tickets is distinct from tickets.tickets
    or causes.open_tickets is distinct from tickets.open_tickets
    or causes.answers is distinct from tickets.answers
    or not causes.has_main_channels
    or causes.of_month is distinct from tickets.tickets
    or abs(causes.share_sum - 1) > 0.000001
    or levels.tickets is distinct from tickets.tickets
    or levels.met is distinct from tickets.met
    or levels.breached is distinct from tickets.breached
    -- every priority has its policy, so that every ticket is met, breached or pending
    or levels.judged > tickets.tickets
