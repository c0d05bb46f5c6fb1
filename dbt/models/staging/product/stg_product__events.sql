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
        occurred_at,
        cast(occurred_at as date) as occurred_date
    from source

)

select * from renamed
