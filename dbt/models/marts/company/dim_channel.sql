{{ config(tags=['dimension']) }}

with

words as (

    select * from {{ ref('int_words') }}

)

select
    value as acquisition_channel,
    position,
    is_paid,
    is_declared
from words
where kind = 'acquisition_channel'
