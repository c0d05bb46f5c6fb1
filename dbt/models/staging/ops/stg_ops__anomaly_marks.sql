with

source as (

    select * from {{ source('ops', 'anomaly_marks') }}

),

numbered as (

    select
        source.*,
        row_number() over (partition by metric, grain, period_start, dimension, dimension_value order by mark_id desc) as place
    from source

)

select
    metric,
    grain,
    period_start,
    dimension,
    dimension_value,
    is_expected
from numbered
where place = 1
