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
        -- see the source's contradictions: nothing is answered or resolved before it was created, nor resolved while open
        case when first_response_at < created_at then created_at else first_response_at end as first_response_at,
        case
            when status not in ('resolved', 'closed') then null
            when resolved_at < created_at then created_at
            else resolved_at
        end as resolved_at,
        status,
        reopened_count,
        is_escalated,
        csat_score,
        root_cause_id,
        agent_name,
        resolved_at is null or status not in ('resolved', 'closed') as is_open,
        cast(created_at as date) as created_date
    from source

)

select * from renamed
