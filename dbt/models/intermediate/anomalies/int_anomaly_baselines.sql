{% set rules = anomaly_rules() %}

-- median of the periods before each point (a quarter of weeks, a year of months; never the point itself), and the median
-- deviation above and below it: amounts are skewed, so that each side has a spread of its own (double MAD); at most
-- twice the common one, which half of the history must move, so that an incident does not widen its own band for months
with

series as (

    select
        series_key,
        point,
        case grain when 'week' then {{ rules.window_points.week }} else {{ rules.window_points.month }} end as window_points
    from {{ ref('int_anomaly_series') }}

),

medians as (

    select
        series.series_key,
        series.point,
        series.window_points,
        history.history_points,
        history.median_amount
    from series
    cross join lateral (
        select
            count(*) as history_points,
            percentile_cont(0.5) within group (order by earlier.amount) as median_amount
        from {{ ref('int_anomaly_series') }} as earlier
        where earlier.series_key = series.series_key
            and earlier.point between series.point - series.window_points and series.point - 1
    ) as history

)

select
    medians.series_key,
    medians.point,
    medians.history_points,
    cast(medians.median_amount as {{ type_double() }}) as median_amount,
    cast(least(deviations.mad_above, {{ rules.mad_most }} * deviations.mad) as {{ type_double() }}) as mad_above,
    cast(least(deviations.mad_below, {{ rules.mad_most }} * deviations.mad) as {{ type_double() }}) as mad_below
from medians
cross join
    lateral (
        select
            percentile_cont(0.5) within group (order by earlier.amount - medians.median_amount)
            filter (where earlier.amount >= medians.median_amount) as mad_above,
            percentile_cont(0.5) within group (order by medians.median_amount - earlier.amount)
            filter (where earlier.amount <= medians.median_amount) as mad_below,
            percentile_cont(0.5) within group (order by abs(earlier.amount - medians.median_amount)) as mad
        from {{ ref('int_anomaly_series') }} as earlier
        where earlier.series_key = medians.series_key
            and earlier.point between medians.point - medians.window_points and medians.point - 1
    ) as deviations
where medians.history_points > 0
