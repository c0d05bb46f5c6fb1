{{ config(materialized='table', schema='marts', tags=['core']) }}

select date_day
from {{ ref('dim_date') }}
