with

source as (

    select * from {{ source('crm', 'deal_stage_history') }}

),

renamed as (

    select
        stage_history_id,
        deal_id,
        pipeline,
        stage,
        entered_at,
        changed_by
    from source

)

select * from renamed
