with

source as (

    select * from {{ source('billing', 'subscription_changes') }}

),

renamed as (

    select
        change_id,
        subscription_id,
        item_id,
        {{ local_column('effective_at') }},
        effective_at as effective_at_utc,
        product_id,
        quantity,
        -- the price of one interval; unknown where the source knows none
        {%- if is_spot() %}
            -- as it is written: it is worth something else each month
            {{ foreign_currency() }} as currency,
            cast(coalesce(recurring_amount, quantity * unit_price) as numeric(38, 12)) as interval_amount,
        {%- else %}
            cast({{ reporting('coalesce(recurring_amount, quantity * unit_price)') }} as numeric(38, 12)) as interval_amount,
        {%- endif %}
        discount_pct,
        coalesce(interval_count, case when billing_interval = 'quarterly' then 3 else 1 end) as interval_count,
        coalesce(interval_unit, case when billing_interval = 'annual' then 'year' else 'month' end) as interval_unit,
        change_type
    from source

)

select * from renamed
