-- Defends the daily support mart: its counts are those of the tickets, and every ticket is met, breached, pending or without target.
with

daily as (

    select sum(tickets) as n, sum(resolution_met) as met, sum(resolution_breached) as breached, sum(csat_answers) as answers
    from {{ ref('fct_support') }}

),

single as (

    select count(*) as n, sum(resolution_met) as met, sum(resolution_breached) as breached, sum(csat_answers) as answers
    from {{ ref('fct_tickets') }}

)

select *
from daily
cross join single
where daily.n <> single.n
    or daily.met <> single.met
    or daily.breached <> single.breached
    or daily.answers <> single.answers
