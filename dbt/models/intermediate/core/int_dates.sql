{{ config(indexes=[{'columns': ['date_day'], 'unique': true}]) }}

-- ten years back and three ahead of the as-of date, so that every date in the data has its row
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

numbers as (

    select * from {{ ref('int_numbers') }}

)

select cast(as_of.as_of_date + (numbers.n - 3653) * interval '1' day as date) as date_day
from as_of
cross join numbers
where numbers.n < 4749
