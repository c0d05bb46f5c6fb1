-- one row per pipeline, declared or found: its place among them, and whether its deals are renewals
with

declared as (

    select distinct
        pipeline,
        pipeline_position,
        is_renewal
    from {{ ref('stg_company__stages') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

moves as (

    select * from {{ ref('int_deal_moves') }}

),

-- nobody says of a pipeline that is only found whether it is one of renewals, unless all its deals are
found as (

    select
        pipeline,
        bool_and(deal_type = 'renewal') as is_renewal
    from deals
    group by pipeline

),

every as (

    select pipeline from declared
    union
    select pipeline from found
    union
    select pipeline from moves

)

select
    every.pipeline,
    row_number() over (order by declared.pipeline_position nulls last, every.pipeline) as pipeline_position,
    coalesce(declared.is_renewal, found.is_renewal, false) as is_renewal,
    declared.pipeline is not null as is_declared
from every
left join declared on every.pipeline = declared.pipeline
left join found on every.pipeline = found.pipeline
