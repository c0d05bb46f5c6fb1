{{ config(materialized='table', schema='marts', tags=['core'], meta={'row_scope': 'open'}, post_hook='{{ protect_rows() }}') }}

select date_day
from {{ ref('dim_date') }}
