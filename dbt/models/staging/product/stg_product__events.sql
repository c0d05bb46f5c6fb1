with

source as (

    select * from {{ source('product', 'events') }}

),

renamed as (

    select
        event_id,
        user_id,
        account_id,
        event_type,
        feature_id,
        {{ local_column('occurred_at') }},
        cast({{ local_time('occurred_at') }} as date) as occurred_date
    from source

)

select * from renamed
