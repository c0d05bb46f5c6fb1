-- one row per move of a deal: the stage, when it was entered and left, and how far the deal got from there on
with

moves as (

    select * from {{ ref('int_deal_moves') }}

),

stages as (

    select * from {{ ref('int_stages') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

)

select
    moves.stage_history_id,
    moves.deal_id,
    moves.changed_by,
    moves.pipeline,
    stages.is_renewal,
    moves.stage,
    stages.position as stage_position,
    stages.outcome as stage_outcome,
    moves.move_number as stay_number,
    lag(moves.pipeline) over later as previous_pipeline,
    lag(moves.stage) over later as previous_stage,
    lag(stages.position) over later as previous_position,
    lag(stages.outcome) over later as previous_outcome,
    moves.entered_at,
    -- a deal that is closed without a move leaves its last stage by that
    coalesce(
        lead(moves.entered_at) over later,
        case when stages.outcome = 'open' and scopes.closed_at is not null then greatest(scopes.closed_at, moves.entered_at) end
    ) as left_at,
    lead(moves.entered_at) over later is null as is_last,
    max(case when stages.outcome <> 'lost' then stages.position end) over (
        partition by moves.deal_id, moves.pipeline
        order by moves.move_number
        rows between current row and unbounded following
    ) as furthest_position
from moves
inner join scopes on moves.deal_id = scopes.deal_id
inner join stages
    on moves.pipeline = stages.pipeline
        and moves.stage = stages.stage
window later as (partition by moves.deal_id order by moves.move_number)
