with

source as (

    select * from {{ source('billing', 'payments') }}

),

renamed as (

    select
        payment_id,
        invoice_id,
        attempt_number,
        {{ local_column('attempted_at') }},
        payment_method,
        status,
        failure_reason,
        {{ reporting_column('amount', day=local_time('attempted_at')) }},
        status = 'failed' as is_failed,
        amount < 0 as is_refund
    from source

)

select * from renamed
