with

source as (

    select * from {{ source('ops', 'load_runs') }}

),

succeeded as (

    select
        load_run_id,
        data_start_date,
        as_of_date
    from source
    where status = 'succeeded'

)

select * from succeeded
