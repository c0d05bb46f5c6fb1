-- the median of the twelve periods before each point, and the median absolute deviation from it; never the point itself
with

series as (

    select * from {{ ref('int_anomaly_series') }}

),

medians as (

    select
        series.series_key,
        series.point,
        history.history_points,
        history.median_amount
    from series
    cross join lateral (
        select
            count(*) as history_points,
            percentile_cont(0.5) within group (order by earlier.amount) as median_amount
        from {{ ref('int_anomaly_series') }} as earlier
        where earlier.series_key = series.series_key
            and earlier.point between series.point - 12 and series.point - 1
    ) as history

)

select
    medians.series_key,
    medians.point,
    medians.history_points,
    cast(medians.median_amount as {{ type_double() }}) as median_amount,
    cast(deviations.mad as {{ type_double() }}) as mad
from medians
cross join lateral (
    select percentile_cont(0.5) within group (order by abs(earlier.amount - medians.median_amount)) as mad
    from {{ ref('int_anomaly_series') }} as earlier
    where earlier.series_key = medians.series_key
        and earlier.point between medians.point - 12 and medians.point - 1
) as deviations
where medians.history_points > 0
