{{ config(tags=['dimension']) }}

with

features as (

    select * from {{ ref('stg_product__features') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    features.feature_id,
    features.feature_name,
    features.module,
    features.is_beta,
    features.released_at < as_of.as_of_at as is_released,
    -- older than the data: its launch was not observed
    features.released_at >= as_of.data_start_date as is_launch_observed,
    {{ month_of('features.released_at') }} as released_month,
    features.released_at
from features
cross join as_of
