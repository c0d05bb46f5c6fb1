-- month × day of the 90 before its end: what looks back on a month joins by equality
with

months as (

    select * from {{ ref('int_months') }}

),

dates as (

    select * from {{ ref('int_dates') }}

)

select
    months.month_start,
    dates.date_day,
    cast(cast(months.ends_at as date) - dates.date_day as integer) as days_back
from months
inner join dates
    on dates.date_day < cast(months.ends_at as date)
        and dates.date_day >= cast(months.ends_at - interval '90' day as date)
where not months.is_opening
