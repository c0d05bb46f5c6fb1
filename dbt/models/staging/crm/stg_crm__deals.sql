with

source as (

    select * from {{ source('crm', 'deals') }}

),

renamed as (

    select
        deal_id,
        deal_name,
        account_id,
        contact_id,
        owner_id,
        product_id,
        deal_type,
        segment,
        region,
        source_channel,
        -- what is open is worth what it would bring today
        {{ reporting_column('amount', day=local_time('closed_at')) }},
        pipeline,
        stage,
        outcome,
        probability,
        {{ local_column('created_at') }},
        expected_close_date,
        {{ local_column('closed_at') }},
        loss_reason
    from source

)

select * from renamed
