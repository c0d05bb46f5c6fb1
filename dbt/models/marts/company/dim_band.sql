{{ config(tags=['dimension']) }}

with

bands as (

    select * from {{ ref('int_bands') }}

)

select
    {{ row_key(['kind', 'position']) }} as band_id,
    kind,
    position,
    amount,
    is_declared
from bands
