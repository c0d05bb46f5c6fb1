-- account × month end: tickets of the 90 days before, as far as their fate was known by then
with

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

months as (

    select * from {{ ref('int_months') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select
        tickets.account_id,
        months.month_start as snapshot_month,
        tickets.created_at >= months.ends_at - interval '90' day as is_recent,
        tickets.solved_at is null or tickets.solved_at >= months.ends_at as is_open,
        -- the source keeps no time of an escalation or a score: before the as-of date they count once the ticket is resolved
        (tickets.solved_at < months.ends_at or months.ends_at = as_of.as_of_at) and tickets.is_escalated as is_escalated,
        tickets.resolution_state = 'breached' and tickets.solve_due_at < months.ends_at as is_breached,
        case when tickets.solved_at < months.ends_at or months.ends_at = as_of.as_of_at then tickets.csat_score end as csat_score
    from tickets
    inner join months on tickets.created_at < months.ends_at
    cross join as_of
    where not months.is_opening
        and (tickets.created_at >= months.ends_at - interval '90' day or tickets.solved_at is null or tickets.solved_at >= months.ends_at)

)

select
    account_id,
    snapshot_month,
    count(*) filter (where is_recent) as tickets_90d,
    count(*) filter (where is_open) as open_tickets,
    count(*) filter (where is_recent and is_escalated) as escalated_tickets_90d,
    count(*) filter (where is_recent and is_breached) as breached_tickets_90d,
    count(csat_score) filter (where is_recent) as csat_answers_90d,
    cast(coalesce(sum(csat_score) filter (where is_recent), 0) as numeric(38, 2)) as csat_points_90d
from known
group by account_id, snapshot_month
