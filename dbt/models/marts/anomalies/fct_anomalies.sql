{{ config(indexes=[{'columns': ['metric', 'grain', 'period_start']}]) }}

with

series as (

    select * from {{ ref('int_anomaly_series') }}

),

baselines as (

    select * from {{ ref('int_anomaly_baselines') }}

),

metrics as (

    select * from {{ ref('int_anomaly_metrics') }}

),

size_of_company as (

    select cast(coalesce(sum(current_mrr), 0) as {{ type_double() }}) as mrr
    from {{ ref('dim_account') }}

),

judged as (

    select
        series.metric,
        metrics.metric_label,
        metrics.unit,
        metrics.bad_direction,
        series.grain,
        series.period_start,
        series.dimension,
        series.dimension_value,
        cast(series.amount as {{ type_double() }}) as actual_value,
        baselines.median_amount as expected_value,
        coalesce(baselines.history_points, 0) as history_points,
        -- the spread of the series itself, but never less than chance (a count's square root) or a share of the level
        greatest(
            1.4826 * baselines.mad,
            0.12 * abs(baselines.median_amount),
            case when metrics.unit = 'count' then sqrt(greatest(baselines.median_amount, 1)) else 0.001 * size_of_company.mrr + 0.01 end
        ) as spread,
        -- what is too small to matter, however rare
        case when metrics.unit = 'count' then 6 else 0.003 * size_of_company.mrr end as minimum_impact
    from series
    inner join metrics
        on series.metric = metrics.metric
        and series.grain = metrics.grain
    cross join size_of_company
    left join baselines
        on series.series_key = baselines.series_key
        and series.point = baselines.point

),

scored as (

    select
        judged.*,
        actual_value - expected_value as deviation,
        (actual_value - expected_value) / spread as score,
        case when actual_value >= expected_value then 'up' else 'down' end as direction
    from judged

),

flagged as (

    select
        scored.*,
        coalesce(history_points >= 6 and abs(score) >= 4 and abs(deviation) >= minimum_impact, false) as is_anomaly
    from scored

)

select
    {{ row_key(['metric', 'grain', 'period_start', 'dimension', 'dimension_value']) }} as anomaly_id,
    metric,
    metric_label,
    grain,
    period_start,
    dimension,
    dimension_value,
    case when dimension = 'segment' then dimension_value else 'All' end as segment,
    case when dimension = 'region' then dimension_value else 'All' end as region,
    case when dimension = 'acquisition_channel' then dimension_value else 'All' end as acquisition_channel,
    unit as impact_unit,
    case when expected_value is not null then direction end as direction,
    case
        when not is_anomaly then null
        when abs(score) >= 12 then 'critical'
        when abs(score) >= 8 then 'high'
        when abs(score) >= 5.5 then 'medium'
        else 'low'
    end as severity,
    'median_mad' as method,
    actual_value,
    expected_value,
    case when expected_value is not null then greatest(expected_value - 4 * spread, 0) end as lower_bound,
    case when expected_value is not null then expected_value + 4 * spread end as upper_bound,
    deviation,
    score,
    abs(deviation) as impact,
    cast(history_points as integer) as history_points,
    coalesce(direction = bad_direction, false) as is_bad,
    is_anomaly
from flagged
