{{ config(tags=['dimension']) }}

with

reps as (

    select * from {{ ref('stg_crm__sales_reps') }}

)

select
    rep_id,
    rep_name,
    team,
    region,
    role,
    monthly_quota,
    hired_at
from reps
