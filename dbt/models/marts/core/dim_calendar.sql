{{ config(tags=['dimension'], indexes=[{'columns': ['month_start'], 'unique': true}]) }}

with

days as (

    select * from {{ ref('int_dates') }}

),

months as (

    select distinct {{ month_of('date_day') }} as month_start
    from days

)

select
    month_start,
    {{ quarter_of('month_start') }} as fiscal_quarter_start,
    {{ year_of('month_start') }} as fiscal_year_start,
    cast({{ quarter_label_of('month_start') }} as varchar(9)) as fiscal_quarter,
    cast({{ year_label_of('month_start') }} as varchar(6)) as fiscal_year
from months
