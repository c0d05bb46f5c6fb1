with

source as (

    select * from {{ source('billing', 'invoices') }}

),

renamed as (

    select
        invoice_id,
        subscription_id,
        account_id,
        period_start,
        period_end,
        amount,
        tax,
        invoice_date,
        due_date,
        {{ local_column('paid_at') }},
        status,
        paid_at is not null as is_paid
    from source

)

select * from renamed
