{{ config(tags=['dimension']) }}

with

sources as (

    select * from {{ ref('int_loaded_sources') }}

)

select
    source_table,
    cast(row_count as bigint) as row_count,
    first_date,
    last_date,
    row_count > 0 as is_loaded
from sources
