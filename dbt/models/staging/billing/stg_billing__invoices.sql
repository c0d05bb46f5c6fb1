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
        {{ reporting_column('amount') }},
        -- a payment settles amount and tax together
        {{ reporting_rest('tax', 'amount') }},
        invoice_date,
        due_date,
        {{ local_column('paid_at') }},
        status,
        paid_at is not null as is_paid
    from source

)

select * from renamed
