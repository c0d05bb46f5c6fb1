{{ config(tags=['fact'], indexes=[{'columns': ['metric', 'grain', 'period_start']}]) }}

{% set rules = anomaly_rules() %}

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
        baselines.mad_above,
        baselines.mad_below,
        coalesce(baselines.history_points, 0) as history_points,
        -- no spread is less than a share of the level, than chance (a count's square root), or than a share of MRR
        greatest(
            {{ rules.least_share_of_level }} * abs(baselines.median_amount),
            case
                when metrics.unit = 'count' then sqrt({{ rules.overdispersion }} * greatest(baselines.median_amount, {{ rules.least_count }}))
                else {{ rules.share_of_mrr }} * metrics.months_of_mrr * size_of_company.mrr + 0.01
            end
        ) as least_spread,
        -- what is too small to matter, however rare
        case when metrics.unit = 'count' then {{ rules.least_count_impact }} else {{ rules.share_of_mrr }} * metrics.months_of_mrr * size_of_company.mrr end as minimum_impact
    from series
    inner join metrics
        on series.metric = metrics.metric
            and series.grain = metrics.grain
    cross join size_of_company
    left join baselines
        on series.series_key = baselines.series_key
            and series.point = baselines.point

),

spread as (

    select
        judged.*,
        greatest({{ rules.mad_to_spread }} * mad_above, least_spread) as spread_above,
        greatest({{ rules.mad_to_spread }} * mad_below, least_spread) as spread_below
    from judged

),

scored as (

    select
        spread.*,
        actual_value - expected_value as deviation,
        (actual_value - expected_value)
        / case when actual_value >= expected_value then spread_above else spread_below end as score,
        case when actual_value >= expected_value then 'up' else 'down' end as direction
    from spread

),

flagged as (

    select
        scored.*,
        coalesce(history_points >= {{ rules.least_history_points }} and abs(score) >= {{ rules.band }} and abs(deviation) >= minimum_impact, false) as is_anomaly
    from scored

),

-- one event shows in many slices: it is told once, by the slice that explains it best (the total, if all moved alike)
ranked as (

    select
        flagged.*,
        case
            when is_anomaly
                then row_number() over (
                        partition by metric, grain, period_start, direction, is_anomaly
                        order by abs(score) * case when dimension = 'total' then {{ rules.weight_of_total }} else 1 end desc, dimension, dimension_value
                    )
        end as place
    from flagged

),

-- and a month does not repeat what one of its weeks has told
told_by_week as (

    select distinct
        months.metric,
        months.direction,
        months.period_start
    from ranked as months
    inner join ranked as weeks
        on months.metric = weeks.metric
            and months.direction = weeks.direction
            and weeks.grain = 'week'
            and weeks.place = 1
            and weeks.period_start > months.period_start - interval '7' day
            and weeks.period_start < months.period_start + interval '1' month
    where months.grain = 'month'
        and months.place = 1

)

select
    {{ row_key(['ranked.metric', 'ranked.grain', 'ranked.period_start', 'ranked.dimension', 'ranked.dimension_value']) }} as anomaly_id,
    ranked.metric,
    ranked.metric_label,
    ranked.grain,
    ranked.period_start,
    ranked.dimension,
    ranked.dimension_value,
    {%- for dimension in shared_dimensions() %}
        case when ranked.dimension = '{{ dimension }}' then ranked.dimension_value else 'All' end as {{ dimension }},
    {%- endfor %}
    ranked.unit as impact_unit,
    case when ranked.expected_value is not null then ranked.direction end as direction,
    case when ranked.is_anomaly then {{ level_of('abs(ranked.score)', rules.levels, 'low') }} end as severity,
    'double_mad' as method,
    ranked.actual_value,
    ranked.expected_value,
    case when ranked.expected_value is not null then greatest(ranked.expected_value - {{ rules.band }} * ranked.spread_below, 0) end as lower_bound,
    case when ranked.expected_value is not null then ranked.expected_value + {{ rules.band }} * ranked.spread_above end as upper_bound,
    ranked.deviation,
    ranked.score,
    abs(ranked.deviation) as impact,
    cast(ranked.history_points as integer) as history_points,
    coalesce(ranked.direction = ranked.bad_direction, false) as is_bad,
    ranked.is_anomaly,
    coalesce(ranked.place = 1, false) and told_by_week.metric is null as is_lead
from ranked
left join told_by_week
    on ranked.metric = told_by_week.metric
        and ranked.direction = told_by_week.direction
        and ranked.period_start = told_by_week.period_start
        and ranked.grain = 'month'
