-- one row per move of a deal into a stage, up to the as-of date, numbered in the order in which they came
with

history as (

    select * from {{ ref('stg_crm__deal_stage_history') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    history.stage_history_id,
    history.deal_id,
    coalesce(history.pipeline, deals.pipeline) as pipeline,
    history.stage,
    history.changed_by,
    row_number() over (partition by history.deal_id order by history.entered_at_utc, {{ arrival('history.stage_history_id') }}) as move_number,
    history.entered_at
from history
cross join as_of
inner join deals on history.deal_id = deals.deal_id
where history.entered_at < as_of.as_of_at
