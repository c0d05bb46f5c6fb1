with

source as (

    select * from {{ source('billing', 'subscription_changes') }}

),

renamed as (

    select
        change_id,
        subscription_id,
        effective_at,
        product_id,
        quantity,
        unit_price,
        discount_pct,
        billing_interval,
        change_type,
        {{ months_in_interval('billing_interval') }} as months_in_interval
    from source

)

select * from renamed
