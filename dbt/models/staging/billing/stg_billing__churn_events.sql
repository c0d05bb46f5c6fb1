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
        {{ reporting_column('refund_amount', day=local_time('churned_at')) }},
        is_reactivation
    from source

)

select * from renamed
