{{ config(tags=['fact'], indexes=[{'columns': ['metric', 'activity_date']}]) }}

with

points as (

    select * from {{ ref('stg_scores__daily_points') }}

),

metrics as (

    select * from {{ ref('int_anomaly_metrics') }}

)

select
    {{ row_key(['points.metric', 'points.activity_date', 'points.dimension', 'points.dimension_value']) }} as daily_point_id,
    points.metric,
    metrics.metric_label,
    points.activity_date,
    points.dimension,
    points.dimension_value,
    {%- for dimension in shared_dimensions() %}
        case when points.dimension = '{{ dimension }}' then points.dimension_value else 'All' end as {{ dimension }},
    {%- endfor %}
    metrics.unit as impact_unit,
    points.amount as actual_value,
    points.expected_amount as expected_value,
    points.lower_amount as lower_bound,
    points.upper_amount as upper_bound,
    points.amount - points.expected_amount as deviation,
    points.score,
    points.is_told,
    points.is_lead
from points
inner join metrics
    on points.metric = metrics.metric
        and metrics.grain = 'week'
