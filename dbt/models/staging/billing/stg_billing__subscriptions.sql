with

source as (

    select * from {{ source('billing', 'subscriptions') }}

),

renamed as (

    select
        subscription_id,
        account_id,
        product_id,
        status,
        {{ local_column('started_at') }},
        -- see the source's contradictions: who cancelled or paused does not pay for ever, and nothing ends before it began
        case
            when ended_at < started_at then {{ local_time('started_at') }}
            when ended_at is null and status = 'cancelled' then {{ local_time('greatest(coalesce(cancelled_at, started_at), started_at)') }}
            else {{ local_time('ended_at') }}
        end as ended_at,
        {{ local_column('trial_started_at') }},
        {{ local_column('trial_ended_at') }},
        case when status = 'paused' then {{ local_time('coalesce(paused_at, trial_ended_at, started_at)') }} end as paused_at,
        {{ local_column('cancelled_at') }},
        cancel_reason
    from source

)

select * from renamed
