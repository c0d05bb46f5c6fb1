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
        {{ reporting_column('amount', day='invoice_date') }},
        -- a payment settles amount and tax together
        {{ reporting_rest('tax', 'amount', day='invoice_date') }},
        invoice_date,
        due_date,
        -- see the source's contradictions: what is paid was paid some day
        coalesce(
            {{ local_time('paid_at') }},
            case when status in ('paid', 'refunded') then cast(invoice_date as timestamp) end
        ) as paid_at,
        status,
        paid_at is not null as has_paid_day
    from source

)

select * from renamed
