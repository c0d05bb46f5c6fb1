-- one row per ordered pair of stages that some deal of their pipeline entered both of: how often the first was entered after the other
with

moves as (

    select * from {{ ref('int_deal_moves') }}

),

first_entries as (

    select
        deal_id,
        pipeline,
        stage,
        min(move_number) as move_number
    from moves
    group by 1, 2, 3

)

select
    entries.pipeline,
    entries.stage,
    others.stage as other_stage,
    count(*) as deals,
    count(*) filter (where entries.move_number > others.move_number) as deals_after
from first_entries as entries
inner join first_entries as others
    on entries.deal_id = others.deal_id
        and entries.pipeline = others.pipeline
        and entries.stage <> others.stage
group by 1, 2, 3
