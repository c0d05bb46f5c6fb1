{{ config(tags=['fact'], indexes=[{'columns': ['deal_id', 'valid_from']}, {'columns': ['segment', 'region', 'acquisition_channel']}]) }}

with

stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

moved as (

    select
        stays.*,
        case
            when stays.previous_stage is null then 'created'
            when stays.stage_outcome <> 'open' then stays.stage_outcome
            when stays.previous_outcome <> 'open' then 'reopened'
            when stays.pipeline <> stays.previous_pipeline then 'transferred'
            when stays.stage_position < stays.previous_position then 'backward'
            when stays.stage_position = stays.previous_position then 'same'
            when stays.stage_position > stays.previous_position + 1 then 'skip'
            else 'forward'
        end as movement_type,
        stays.stage_outcome = 'open' as is_open_stage
    from stays

)

select
    moved.stage_history_id,
    moved.deal_id,
    scopes.account_id,
    moved.changed_by,
    scopes.segment,
    scopes.region,
    scopes.acquisition_channel,
    scopes.deal_type,
    moved.pipeline,
    moved.is_renewal,
    moved.stage,
    cast(moved.stage_position as integer) as stage_position,
    moved.stage_outcome,
    moved.previous_stage,
    moved.movement_type,
    cast(moved.stay_number as integer) as stay_number,
    scopes.amount,
    -- a move to closed passes no stage: a deal may be lost, or signed, from anywhere
    cast(case when moved.movement_type = 'skip' then moved.stage_position - moved.previous_position - 1 else 0 end as integer) as skipped_stages,
    {{ as_count("moved.movement_type in ('forward', 'skip')") }} as forward_moves,
    {{ as_count("moved.movement_type = 'backward'") }} as backward_moves,
    -- a stay that still runs is right-censored: it has no length yet, only the days seen so far
    case when moved.is_open_stage then {{ days_between('moved.entered_at', 'moved.left_at') }} end as days_in_stage,
    case when moved.is_open_stage then {{ days_between('moved.entered_at', 'coalesce(moved.left_at, as_of.as_of_at)') }} end as days_observed,
    moved.is_last as is_current,
    moved.entered_at as valid_from,
    moved.left_at as valid_to
from moved
cross join as_of
inner join scopes on moved.deal_id = scopes.deal_id
