with

source as (

    select * from {{ source('support', 'tickets') }}

),

-- see the source's contradictions: nothing is answered or resolved before it was created, nor resolved while open
believed as (

    select
        *,
        created_at as created_at_utc,
        case when first_response_at < created_at then created_at else first_response_at end as first_response_at_utc,
        case
            when status not in ('resolved', 'closed') then null
            when resolved_at < created_at then created_at
            else resolved_at
        end as resolved_at_utc
    from source

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
        {{ local_time('created_at_utc') }} as created_at,
        {{ local_time('first_response_at_utc') }} as first_response_at,
        {{ local_time('resolved_at_utc') }} as resolved_at,
        created_at_utc,
        first_response_at_utc,
        resolved_at_utc,
        status,
        reopened_count,
        is_escalated,
        csat_score,
        root_cause_id,
        agent_name,
        status not in ('resolved', 'closed') as is_open,
        cast({{ local_time('created_at_utc') }} as date) as created_date
    from believed

)

select * from renamed
