{{ config(indexes=[{'columns': ['date_day'], 'unique': true}]) }}

-- ten years back, or as far as the data, and three ahead of the as-of date, so that every day of the data has its row
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

numbers as (

    select * from {{ ref('int_numbers') }}

),

spans as (

    select
        as_of_date,
        -- the month before the data is that of the opening balance
        greatest(3653, cast(as_of_date - cast(first_month - interval '1' month as date) as integer)) as days_back
    from as_of

)

select cast(spans.as_of_date + (numbers.n - spans.days_back) * interval '1' day as date) as date_day
from spans
inner join numbers on numbers.n < spans.days_back + 1096
