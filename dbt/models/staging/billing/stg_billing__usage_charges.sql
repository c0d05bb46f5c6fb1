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
        unit_price,
        amount
    from source

)

select * from renamed
