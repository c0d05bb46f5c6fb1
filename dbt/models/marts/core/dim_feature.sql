{{ config(tags=['dimension']) }}

with

features as (

    select * from {{ ref('stg_product__features') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select {{ known_from('product.events') }} as known_from from loaded_sources

)

select
    features.feature_id,
    features.feature_name,
    features.module,
    features.is_beta,
    features.released_at < as_of.as_of_at as is_released,
    -- older than the events: its launch was not observed
    coalesce(features.released_at >= known.known_from, false) as is_launch_observed,
    {{ month_of('features.released_at') }} as released_month,
    features.released_at
from features
cross join as_of
cross join known
