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
        billing_interval,
        started_at,
        ended_at,
        trial_started_at,
        trial_ended_at,
        cancelled_at,
        cancel_reason
    from source

)

select * from renamed
