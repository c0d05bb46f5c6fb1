{{ config(tags=['fact']) }}

with

found as (

    select * from {{ ref('stg_scores__bookings_forecast') }}

)

select
    {{ row_key(['quarter_start', 'stand']) }} as bookings_forecast_id,
    quarter_start,
    stand,
    made_on_date,
    won_amount,
    from_open_amount,
    from_new_amount,
    forecast_amount,
    low_95_amount,
    low_80_amount,
    high_80_amount,
    high_95_amount,
    actual_amount,
    stand = 'now' as is_current
from found
