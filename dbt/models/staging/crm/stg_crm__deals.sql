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
        amount,
        stage,
        probability,
        created_at,
        expected_close_date,
        -- see the source's contradictions: an open deal is not closed, and none closes before it was created
        case
            when stage not in ('closed_won', 'closed_lost') then null
            when closed_at < created_at then created_at
            else closed_at
        end as closed_at,
        loss_reason,
        stage not in ('closed_won', 'closed_lost') as is_open,
        stage = 'closed_won' as is_won,
        stage = 'closed_lost' as is_lost
    from source

)

select * from renamed
