{{ config(tags=['fact'], indexes=[{'columns': ['metric', 'grain', 'period_start']}]) }}

{% set rules = anomaly_rules() %}
{% set drift = rules.drift %}

with

expectations as (

    select * from {{ ref('int_anomaly_expectations') }}

),

metrics as (

    select * from {{ ref('int_anomaly_metrics') }}

),

marks as (

    select * from {{ ref('stg_ops__anomaly_marks') }}

),

gaps as (

    select * from {{ ref('int_tracking_gaps') }}

),

size_of_company as (

    select cast(coalesce(sum(current_mrr), 0) as {{ type_double() }}) as mrr
    from {{ ref('dim_account') }}

),

directed as (

    select
        expectations.*,
        case when amount >= expected_amount then 'up' else 'down' end as direction
    from expectations

),

scored as (

    select
        directed.*,
        metrics.metric_label,
        directed.direction = metrics.bad_direction as is_bad,
        directed.amount - directed.expected_amount as deviation,
        abs(directed.score) as size,
        case metrics.bad_direction when 'up' then directed.score else -directed.score end as bad_score,
        directed.history_points >= {{ by_grain(rules.least_history_points, 'directed.grain') }} as is_judged,
        -- what is too small to matter, however rare
        case metrics.unit when 'count' then {{ rules.least_count_impact }} else {{ rules.impact_of_mrr }} * metrics.months_of_mrr * size_of_company.mrr end as minimum_impact
    from directed
    inner join metrics
        on directed.metric = metrics.metric
            and directed.grain = metrics.grain
    cross join size_of_company

),

chances as (

    select
        scored.*,
        case when is_judged then {{ chance_of('size') }} end as chance,
        -- what a slow drift adds up: each week's score, less what chance may add
        case
            when is_judged and grain = 'week'
                then least(greatest(bad_score, -{{ drift.most }}), {{ drift.most }}) - {{ drift.slack }}
            else 0
        end as excess
    from scored

),

-- many points are judged at once: of those of a level in a period that are told, a small share may be chance (Benjamini and Hochberg)
ranked_chances as (

    select
        chances.*,
        chance * count(chance) over (partition by grain, period_start, dimension)
        / row_number() over (partition by grain, period_start, dimension, is_bad order by chance, metric, dimension_value) as ranked_chance,
        sum(excess) over (partition by series_key order by point) as sum_of_excess
    from chances

),

false_shares as (

    select
        ranked_chances.*,
        min(ranked_chance) over (
            partition by grain, period_start, dimension, is_bad
            order by chance, metric, dimension_value
            rows between current row and unbounded following
        ) as false_share,
        sum_of_excess
        - coalesce(min(sum_of_excess) over (partition by series_key order by point rows between {{ drift.points }} preceding and 1 preceding), 0) as drift_score
    from ranked_chances

),

flagged as (

    select
        false_shares.*,
        coalesce(is_judged and false_share <= {{ by_grain(rules.false_share) }} and abs(deviation) >= minimum_impact, false) as is_sudden,
        coalesce(
            is_judged and drift_score > {{ drift.limit }} and bad_score > {{ drift.least_score }} and abs(deviation) >= minimum_impact, false
        ) as is_gradual
    from false_shares

),

-- what somebody has said of a point holds for its event: for all slices that move the same way then
expected_events as (

    select distinct
        flagged.metric,
        flagged.grain,
        flagged.period_start,
        flagged.direction
    from flagged
    inner join marks
        on flagged.metric = marks.metric
            and flagged.grain = marks.grain
            and flagged.period_start = marks.period_start
            and flagged.dimension = marks.dimension
            and flagged.dimension_value = marks.dimension_value
    where marks.is_expected

),

weighed as (

    select
        flagged.*,
        (flagged.is_sudden or flagged.is_gradual) and expected_events.metric is not null as was_expected,
        (flagged.is_sudden or flagged.is_gradual) and expected_events.metric is null as is_anomaly,
        greatest(flagged.size, case when flagged.is_gradual then flagged.drift_score end) as weight
    from flagged
    left join expected_events
        on flagged.metric = expected_events.metric
            and flagged.grain = expected_events.grain
            and flagged.period_start = expected_events.period_start
            and flagged.direction = expected_events.direction

),

-- one event shows in many slices: it is told once, by the slice that explains it best (the total, if all moved alike)
ranked as (

    select
        weighed.*,
        row_number() over (
            partition by metric, grain, period_start, direction, is_anomaly
            order by weight * case when dimension = 'total' then {{ rules.weight_of_total }} else 1 end desc, dimension, dimension_value
        ) as place
    from weighed

)

select
    {{ row_key(['ranked.metric', 'ranked.grain', 'ranked.period_start', 'ranked.dimension', 'ranked.dimension_value']) }} as anomaly_id,
    ranked.metric,
    metric_label,
    ranked.grain,
    ranked.period_start,
    ranked.dimension,
    ranked.dimension_value,
    {%- for dimension in shared_dimensions() %}
        case when ranked.dimension = '{{ dimension }}' then ranked.dimension_value else 'All' end as {{ dimension }},
    {%- endfor %}
    unit as impact_unit,
    case when expected_amount is not null then direction end as direction,
    case when is_anomaly then {{ level_of('weight', rules.levels, 'low') }} end as severity,
    case when not is_anomaly then null when is_sudden then 'sudden' else 'gradual' end as manner,
    amount as actual_value,
    expected_amount as expected_value,
    case when expected_amount is not null then greatest(expected_amount - {{ rules.band }} * spread + (power({{ rules.band }}, 2) - 1) / 6 * dispersion, 0) end as lower_bound,
    expected_amount + {{ rules.band }} * spread + (power({{ rules.band }}, 2) - 1) / 6 * dispersion as upper_bound,
    deviation,
    score,
    case when is_judged and ranked.grain = 'week' then drift_score end as drift_score,
    abs(deviation) as impact,
    cast(history_points as integer) as history_points,
    is_bad,
    is_anomaly,
    is_anomaly and place = 1 as is_lead,
    was_expected,
    is_anomaly and direction = 'down' and gaps.series_key is not null as is_tracking_fault
from ranked
left join gaps
    on ranked.series_key = gaps.series_key
        and ranked.period_start = gaps.period_start
