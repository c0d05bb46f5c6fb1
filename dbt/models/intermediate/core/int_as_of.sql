with

load_runs as (

    select * from {{ ref('stg_ops__load_runs') }}

),

last_load as (

    select max(load_run_id) as load_run_id
    from load_runs

),

as_of as (

    select
        load_runs.load_run_id,
        load_runs.data_start_date,
        load_runs.as_of_date,
        cast(load_runs.as_of_date + interval '1' day as timestamp) as as_of_at,
        {{ month_of('load_runs.data_start_date') }} as first_month,
        {{ month_of('load_runs.as_of_date') }} as last_month,
        cast({{ month_of('load_runs.as_of_date') }} + interval '1' month as date)
        <> cast(load_runs.as_of_date + interval '1' day as date) as is_last_month_partial
    from load_runs
    inner join last_load on load_runs.load_run_id = last_load.load_run_id

)

select
    *,
    {{ utc_time('as_of_at') }} as as_of_at_utc,
    case when is_last_month_partial then cast(last_month - interval '1' month as date) else last_month end as last_complete_month
from as_of
