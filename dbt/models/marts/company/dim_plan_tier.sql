{{ config(tags=['dimension']) }}

with

words as (

    select * from {{ ref('int_words') }}

)

select
    value as plan_tier,
    position,
    is_declared
from words
where kind = 'plan_tier'
