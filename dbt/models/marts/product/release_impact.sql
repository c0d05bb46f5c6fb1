{{ config(tags=['mart']) }}

with

windows as (

    select * from {{ ref('int_release_windows') }}

),

usage as (

    select * from {{ ref('fct_usage') }}

),

tickets as (

    select * from {{ ref('fct_tickets') }}

),

flows as (

    select account_id, segment, activity_date as flow_date, events, errors, 0 as tickets, 0 as technical_tickets
    from usage
    union all
    select
        account_id, segment, created_date as flow_date, 0 as events, 0 as errors,
        tickets, {{ as_count('is_technical') }} as technical_tickets
    from tickets

),

sides as (

    select
        windows.version,
        windows.side,
        coalesce(flows.segment, 'All') as segment,
        count(distinct flows.account_id) filter (where flows.events > 0) as active_accounts,
        sum(flows.events) as events,
        sum(flows.errors) as errors,
        sum(flows.tickets) as tickets,
        sum(flows.technical_tickets) as technical_tickets
    from windows
    inner join flows on flows.flow_date between windows.first_date and windows.last_date
    group by grouping sets ((windows.version, windows.side), (windows.version, windows.side, flows.segment))

),

compared as (

    select
        befores.version,
        after_sides.segment,
        befores.released_date,
        befores.is_complete and afters.is_complete as is_complete,
        coalesce(before_sides.active_accounts, 0) as active_accounts_before,
        after_sides.active_accounts as active_accounts_after,
        coalesce(before_sides.events, 0) as events_before,
        after_sides.events as events_after,
        coalesce(before_sides.errors, 0) as errors_before,
        after_sides.errors as errors_after,
        coalesce(before_sides.tickets, 0) as tickets_before,
        after_sides.tickets as tickets_after,
        coalesce(before_sides.technical_tickets, 0) as technical_tickets_before,
        after_sides.technical_tickets as technical_tickets_after
    from windows as befores
    inner join windows as afters on befores.version = afters.version and afters.side = 'after'
    inner join sides as after_sides on befores.version = after_sides.version and after_sides.side = 'after'
    left join sides as before_sides
        on befores.version = before_sides.version
            and before_sides.side = 'before'
            and after_sides.segment = before_sides.segment
    where befores.side = 'before'

),

-- per active account, so that growth is not taken for harm; unlike spans can't be compared
changed as (

    select
        compared.*,
        {{ change_per('tickets', 'active_accounts') }} as tickets_change,
        {{ change_per('technical_tickets', 'active_accounts') }} as technical_tickets_change,
        {{ change_per('errors', 'active_accounts') }} as errors_change,
        {{ change_per('events', 'active_accounts') }} as usage_change
    from compared

)

select
    {{ row_key(['version', 'segment']) }} as release_impact_id,
    version,
    segment,
    released_date,
    active_accounts_before,
    active_accounts_after,
    cast(events_before as bigint) as events_before,
    cast(events_after as bigint) as events_after,
    cast(errors_before as bigint) as errors_before,
    cast(errors_after as bigint) as errors_after,
    tickets_before,
    tickets_after,
    technical_tickets_before,
    technical_tickets_after,
    tickets_change,
    technical_tickets_change,
    errors_change,
    usage_change,
    case
        when technical_tickets_change is not null
            then cast(row_number() over (
                    partition by segment
                    order by case when technical_tickets_change is null then 1 else 0 end asc, technical_tickets_change desc, version asc
                ) as integer)
    end as harm_rank,
    is_complete
from changed
