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
        stage,
        stage_order,
        min(entered_at) as entered_at,
        max(furthest_order) as furthest_order,
        -- a stay that still runs is right-censored: no days yet
        sum({{ days_between('entered_at', 'left_at') }}) as days_closed_stays,
        bool_or(left_at is null) as is_current
    from stays
    group by 1, 2, 3

)

select
    {{ row_key(['entries.deal_id', 'entries.stage']) }} as pipeline_id,
    entries.deal_id,
    scopes.account_id,
    scopes.segment,
    scopes.region,
    scopes.acquisition_channel,
    scopes.deal_type,
    entries.stage,
    entries.stage_order,
    {{ month_of('entries.entered_at') }} as entered_month,
    scopes.amount,
    1 as entered_deals,
    {{ as_count('entries.stage_order between 1 and 5 and entries.furthest_order > entries.stage_order') }} as progressed_deals,
    {{ as_count('scopes.is_won') }} as won_deals,
    case when not entries.is_current then entries.days_closed_stays end as days_in_stage,
    entries.is_current,
    entries.entered_at
from entries
inner join scopes on entries.deal_id = scopes.deal_id
