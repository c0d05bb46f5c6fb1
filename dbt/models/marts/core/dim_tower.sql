{{ config(tags=['dimension']) }}

with

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    cast(load_run_id as bigint) as load_run_id,
    as_of_date,
    as_of_at,
    data_start_date,
    first_month,
    last_month,
    last_complete_month,
    is_last_month_partial
from as_of
