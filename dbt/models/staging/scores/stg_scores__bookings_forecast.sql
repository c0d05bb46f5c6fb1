-- one scorer writes them all
-- depends_on: {{ ref('stg_scores__mrr_forecast') }}
with

source as (

    select * from {{ source('scores', 'bookings_forecast') }}

),

renamed as (

    select
        quarter_start,
        stand,
        made_on as made_on_date,
        won as won_amount,
        from_open as from_open_amount,
        from_new as from_new_amount,
        forecast as forecast_amount,
        low_95 as low_95_amount,
        low_80 as low_80_amount,
        high_80 as high_80_amount,
        high_95 as high_95_amount,
        actual as actual_amount
    from source

)

select * from renamed
