with

source as (

    select * from {{ source('billing', 'usage_charges') }}

),

renamed as (

    select
        usage_charge_id,
        subscription_id,
        account_id,
        product_id,
        period_start,
        period_end,
        {{ local_column('charged_at') }},
        quantity,
        {{ reporting_column('unit_price', places=12, day=local_time('charged_at')) }},
        {{ reporting_column('amount', day=local_time('charged_at')) }}
    from source

)

select * from renamed
