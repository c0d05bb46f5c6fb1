with

source as (

    select * from {{ source('billing', 'churn_events') }}

),

renamed as (

    select
        churn_event_id,
        account_id,
        {{ local_column('churned_at') }},
        reason_code,
        feedback_text,
        refund_amount,
        is_reactivation
    from source

)

select * from renamed
