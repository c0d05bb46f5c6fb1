{{ config(tags=['dimension'], indexes=[{'columns': ['date_day'], 'unique': true}]) }}

with

days as (

    select * from {{ ref('int_dates') }}

)

select
    date_day,
    {{ month_of('date_day') }} as month_start,
    {{ quarter_of('date_day') }} as quarter_start,
    {{ year_number_of('date_day') }} as year_number,
    cast(date_trunc('week', date_day) as date) as iso_week_start,
    cast(date_day - cast(date_trunc('week', date_day) as date) as integer) + 1 as day_of_week,
    cast(date_day - cast(date_trunc('week', date_day) as date) as integer) >= 5 as is_weekend,
    date_day = cast({{ month_of('date_day') }} + interval '1' month - interval '1' day as date) as is_month_end
from days
