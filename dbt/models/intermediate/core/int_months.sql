-- the months of the data and the one before them, whose end is the opening balance
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

numbers as (

    select * from {{ ref('int_numbers') }}

),

months as (

    select
        cast(as_of.first_month + (numbers.n - 1) * interval '1' month as date) as month_start,
        cast(as_of.first_month + numbers.n * interval '1' month as timestamp) as next_month_at,
        cast(as_of.data_start_date as timestamp) as data_start_at,
        as_of.as_of_at,
        numbers.n as month_number
    from as_of
    inner join numbers on cast(as_of.first_month + (numbers.n - 1) * interval '1' month as date) <= as_of.last_month

)

select
    month_start,
    month_number,
    month_number = 0 as is_opening,
    next_month_at > as_of_at as is_partial_month,
    -- the instant just before which the month's value is taken; the opening balance is that of the window, which may open within a month
    case when month_number = 0 then data_start_at else least(next_month_at, as_of_at) end as ends_at
from months
