{{ config(tags=['dimension']) }}

with

words as (

    select * from {{ ref('int_words') }}

)

select
    value as segment,
    position,
    is_declared
from words
where kind = 'segment'
