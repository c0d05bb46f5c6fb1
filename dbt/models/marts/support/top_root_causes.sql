{{ config(tags=['mart'], indexes=[{'columns': ['created_month']}]) }}

with

tickets as (

    select * from {{ ref('fct_tickets') }}

),

by_release as (

    select created_month, root_cause_name, category, release_version, count(*) as tickets
    from tickets
    where release_version is not null
    group by created_month, root_cause_name, category, release_version

),

ranked_releases as (

    select
        by_release.*,
        row_number() over (
            partition by created_month, root_cause_name, category
            order by tickets desc, release_version desc
        ) as release_rank
    from by_release

),

by_channel as (

    select created_month, root_cause_name, category, channel, count(*) as tickets
    from tickets
    group by created_month, root_cause_name, category, channel

),

ranked_channels as (

    select
        by_channel.*,
        row_number() over (
            partition by created_month, root_cause_name, category
            order by tickets desc, channel asc
        ) as channel_rank
    from by_channel

),

causes as (

    select
        created_month,
        root_cause_name,
        category,
        max(root_cause_id) as root_cause_id,
        max(root_cause_severity) as root_cause_severity,
        count(*) as tickets,
        sum(open_tickets) as open_tickets,
        sum(escalated_tickets) as escalated_tickets,
        count(resolution_hours) as resolved_tickets,
        avg(resolution_hours) as resolution_mean_hours,
        percentile_cont(0.5) within group (order by resolution_hours) as resolution_median_hours,
        sum(csat_answers) as csat_answers,
        sum(csat_satisfied) as csat_satisfied,
        sum({{ as_count('release_version is not null') }}) as tickets_with_release
    from tickets
    group by created_month, root_cause_name, category

),

compared as (

    select
        causes.*,
        sum(causes.tickets) over (partition by causes.created_month) as tickets_of_month,
        row_number() over (
            partition by causes.created_month
            order by causes.tickets desc, causes.root_cause_name asc, causes.category asc
        ) as cause_rank
    from causes

)

select
    {{ row_key(['compared.created_month', 'compared.root_cause_name', 'compared.category']) }} as cause_month_id,
    compared.root_cause_id,
    compared.created_month,
    compared.root_cause_name,
    compared.category,
    compared.root_cause_severity,
    ranked_releases.release_version as main_release,
    ranked_channels.channel as main_channel,
    cast(compared.cause_rank as integer) as cause_rank,
    compared.tickets,
    cast(compared.tickets_of_month as bigint) as tickets_of_month,
    cast(compared.tickets as {{ type_double() }}) / cast(compared.tickets_of_month as {{ type_double() }}) as ticket_share,
    compared.open_tickets,
    cast(compared.open_tickets as {{ type_double() }}) / compared.tickets as open_share,
    compared.escalated_tickets,
    compared.resolved_tickets,
    compared.resolution_mean_hours,
    compared.resolution_median_hours,
    compared.csat_answers,
    compared.csat_satisfied,
    cast(compared.csat_satisfied as {{ type_double() }}) / nullif(compared.csat_answers, 0) as satisfaction_rate,
    -- few answers say little: one more or less moves the rate by over five points
    compared.csat_answers < {{ var('least_cases') }} as is_small_sample,
    coalesce(ranked_releases.tickets, 0) as main_release_tickets,
    cast(ranked_releases.tickets as {{ type_double() }}) / nullif(compared.tickets_with_release, 0) as main_release_share,
    cast(ranked_channels.tickets as bigint) as main_channel_tickets
from compared
left join ranked_releases
    on compared.created_month = ranked_releases.created_month
        and compared.root_cause_name = ranked_releases.root_cause_name
        and compared.category = ranked_releases.category
        and ranked_releases.release_rank = 1
left join ranked_channels
    on compared.created_month = ranked_channels.created_month
        and compared.root_cause_name = ranked_channels.root_cause_name
        and compared.category = ranked_channels.category
        and ranked_channels.channel_rank = 1
