{{ config(tags=['fact'], indexes=[{'columns': ['entered_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['deal_id']}]) }}

with

stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

entries as (

    select
        deal_id,
        pipeline,
        is_renewal,
        stage,
        stage_position,
        stage_outcome,
        min(entered_at) as entered_at,
        max(furthest_position) as furthest_position,
        -- a stay that still runs is right-censored: no days yet
        sum({{ days_between('entered_at', 'left_at') }}) as days_closed_stays,
        bool_or(is_last) as is_current,
        bool_or(left_at is null) as is_running
    from stays
    group by 1, 2, 3, 4, 5, 6

)

select
    {{ row_key(['entries.deal_id', 'entries.pipeline', 'entries.stage']) }} as pipeline_id,
    entries.deal_id,
    scopes.account_id,
    scopes.segment,
    scopes.region,
    scopes.acquisition_channel,
    scopes.deal_type,
    entries.pipeline,
    entries.is_renewal,
    entries.stage,
    cast(entries.stage_position as integer) as stage_position,
    entries.stage_outcome,
    {{ month_of('entries.entered_at') }} as entered_month,
    scopes.amount,
    1 as entered_deals,
    {{ as_count("entries.stage_outcome = 'open' and (entries.furthest_position > entries.stage_position or scopes.is_won)") }} as progressed_deals,
    {{ as_count('scopes.is_won') }} as won_deals,
    case when not entries.is_running then entries.days_closed_stays end as days_in_stage,
    entries.is_current,
    entries.entered_at
from entries
inner join scopes on entries.deal_id = scopes.deal_id
