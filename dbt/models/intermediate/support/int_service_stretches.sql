{{ config(indexes=[{'columns': ['stretch']}]) }}

-- stretch of the SLA clock × day whose service reaches into it: a reading finds its day by equality and one comparison
with

days as (

    select * from {{ ref('int_service_days') }}

),

numbers as (

    select * from {{ ref('int_numbers') }}

)

select
    {{ clock_stretch('days.clock_before') }} + numbers.n as stretch,
    days.service_date,
    days.clock_before,
    days.clock_after,
    days.opens_at
from days
-- a day of 25 hours reaches into five stretches at most
inner join numbers
    on {{ clock_stretch('days.clock_before') }} + numbers.n <= {{ clock_stretch('days.clock_after - 1') }}
        and numbers.n < 5
where days.clock_after > days.clock_before
