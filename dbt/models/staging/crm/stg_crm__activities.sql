with

source as (

    select * from {{ source('crm', 'activities') }}

),

renamed as (

    select
        activity_id,
        activity_type,
        account_id,
        contact_id,
        deal_id,
        owner_id,
        {{ local_column('occurred_at') }},
        {{ local_column('due_at') }},
        {{ local_column('completed_at') }},
        outcome,
        duration_minutes,
        completed_at is not null as is_completed
    from source

)

select * from renamed
