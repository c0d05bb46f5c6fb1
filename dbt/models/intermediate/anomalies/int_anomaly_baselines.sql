{% set rules = anomaly_rules() %}

-- the history that later points are judged by: each amount, but an outlier counts as one that lies off by a usual deviation from the
-- median of the periods before it (a quarter of weeks, a year of months): an incident hardly moves what is expected after it
with

series as (

    select
        series_key,
        metric,
        grain,
        period_start,
        dimension,
        dimension_value,
        cast(amount as {{ type_double() }}) as amount,
        point,
        {{ by_grain(rules.window_points) }} as window_points
    from {{ ref('int_anomaly_series') }}

),

metrics as (

    select * from {{ ref('int_anomaly_metrics') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

monthly_mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

),

size_of_company as (

    select cast(coalesce(sum(monthly_mrr.mrr), 0) as {{ type_double() }}) as mrr
    from as_of
    left join monthly_mrr on as_of.last_month = monthly_mrr.revenue_month

),

medians as (

    select
        series.*,
        history.history_points,
        history.median_amount
    from series
    cross join lateral (
        select
            count(*) as history_points,
            percentile_cont(0.5) within group (order by earlier.amount) as median_amount
        from series as earlier
        where earlier.series_key = series.series_key
            and earlier.point between series.point - series.window_points and series.point - 1
    ) as history

),

spreads as (

    select
        medians.*,
        metrics.unit,
        -- the least that counts as a level: a few cases, or a share of MRR
        case metrics.unit when 'count' then {{ rules.least_count }} else {{ rules.spread_of_mrr }} * metrics.months_of_mrr * size_of_company.mrr + 0.01 end as least_amount,
        deviations.mad
    from medians
    inner join metrics
        on medians.metric = metrics.metric
            and medians.grain = metrics.grain
    cross join size_of_company
    cross join
        lateral (
            select percentile_cont(0.5) within group (order by abs(earlier.amount - medians.median_amount)) as mad
            from series as earlier
            where earlier.series_key = medians.series_key
                and earlier.point between medians.point - medians.window_points and medians.point - 1
        ) as deviations

),

limits as (

    select
        spreads.*,
        greatest(
            {{ rules.mad_to_spread }} * mad,
            {{ rules.share_of_level }} * median_amount,
            case unit when 'count' then sqrt({{ rules.overdispersion }} * greatest(median_amount, least_amount)) else least_amount end
        ) as usual_deviation
    from spreads

)

select
    series_key,
    metric,
    grain,
    period_start,
    dimension,
    dimension_value,
    unit,
    point,
    amount,
    least_amount,
    -- three points tell a median, fewer do not
    case
        when history_points < 3 or abs(amount - median_amount) <= {{ rules.outlier }} * usual_deviation then amount
        else median_amount + case when amount > median_amount then 1 else -1 end * usual_deviation
    end as clipped_amount
from limits
