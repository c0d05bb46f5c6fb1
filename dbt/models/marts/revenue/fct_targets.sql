{{ config(tags=['fact']) }}

with

targets as (

    select * from {{ ref('stg_crm__targets') }}

)

select
    target_id,
    target_month,
    metric,
    segment,
    region,
    target_value
from targets
