with

source as (

    select * from {{ source('billing', 'orders') }}

),

renamed as (

    select
        order_id,
        account_id,
        status,
        {{ local_column('ordered_at') }},
        {{ local_column('shipped_at') }},
        {{ local_column('delivered_at') }},
        {{ reporting_column('tax', day=local_time('ordered_at')) }},
        {{ reporting_column('discount', day=local_time('ordered_at')) }},
        currency
    from source

)

select * from renamed
