-- no metric knows what a quarter will bring: its bookings as they look now, and earlier quarters from their start and middle
select
    quarter_start,
    stand,
    made_on_date,
    cast(won_amount as double precision) as won,
    cast(from_open_amount as double precision) as from_open,
    cast(from_new_amount as double precision) as from_new,
    cast(forecast_amount as double precision) as forecast,
    cast(low_80_amount as double precision) as low_80,
    cast(high_80_amount as double precision) as high_80,
    cast(actual_amount as double precision) as actual,
    is_current
from marts.fct_bookings_forecast
order by 1, made_on_date
