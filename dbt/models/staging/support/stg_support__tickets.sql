with

source as (

    select * from {{ source('support', 'tickets') }}

),

renamed as (

    select
        ticket_id,
        account_id,
        user_id,
        channel,
        category,
        priority,
        subject,
        description,
        feature_id,
        app_version,
        created_at,
        first_response_at,
        resolved_at,
        status,
        reopened_count,
        is_escalated,
        csat_score,
        root_cause_id,
        agent_name,
        resolved_at is null as is_open,
        cast(created_at as date) as created_date
    from source

)

select * from renamed
