-- one row per thing that happened to an account outside of its MRR: tickets, deals, failed payments, talks, releases
with

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

moves as (

    select * from {{ ref('stg_crm__deal_stage_history') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

releases as (

    select * from {{ ref('stg_product__releases') }}

),

episodes as (

    select * from {{ ref('int_paid_episodes') }}

)

select account_id, created_at as occurred_at, 'ticket_opened' as kind, ticket_id as source_id, priority || ': ' || coalesce(subject, category) as title, cast(null as numeric(38, 2)) as amount
from tickets
union all
select account_id, solved_at as occurred_at, 'ticket_resolved' as kind, ticket_id as source_id, priority || ': ' || coalesce(subject, category) as title, cast(null as numeric(38, 2)) as amount
from tickets
where solved_at is not null
union all
-- the source keeps no time of an escalation: it is shown where the ticket was first answered, or else opened
select account_id, coalesce(answered_at, created_at) as occurred_at, 'escalation' as kind, ticket_id as source_id, priority || ': ' || coalesce(subject, category) as title, cast(null as numeric(38, 2)) as amount
from tickets
where is_escalated
union all
select deals.account_id, moves.entered_at as occurred_at, 'deal_moved' as kind, moves.stage_history_id as source_id, deals.deal_type || ' deal: ' || moves.stage as title, deals.amount
from moves
inner join deals on moves.deal_id = deals.deal_id
where deals.account_id is not null
union all
select invoices.account_id, payments.attempted_at as occurred_at, 'payment_failed' as kind, payments.payment_id as source_id, coalesce(payments.failure_reason, '{{ unsaid_reason() }}') as title, payments.amount
from payments
inner join invoices on payments.invoice_id = invoices.invoice_id
where payments.is_failed
union all
select account_id, occurred_at, 'activity' as kind, activity_id as source_id, activity_type || coalesce(': ' || outcome, '') as title, cast(null as numeric(38, 2)) as amount
from activities
where account_id is not null
union all
select episodes.account_id, releases.released_at as occurred_at, 'release' as kind, releases.version as source_id, releases.version || ' released' as title, cast(null as numeric(38, 2)) as amount
from releases
inner join episodes
    on releases.released_at >= episodes.started_at
        and (episodes.ended_at is null or releases.released_at < episodes.ended_at)
