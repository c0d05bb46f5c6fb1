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
        {{ local_column('entered_at') }},
        entered_at as entered_at_utc,
        changed_by
    from source

)

select * from renamed
