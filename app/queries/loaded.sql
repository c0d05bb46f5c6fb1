-- the tables of the contract that have rows; activation is an event that not every product records
select source_table
from ops.load_files
where status = 'loaded'
    and rows_loaded > 0
    and load_run_id >= (
        select coalesce(max(load_run_id), 0) from ops.load_runs where status = 'succeeded' and mode = 'replace'
    )
union
select 'product.events.activation'
where exists (select 1 from marts.fct_activation where days_to_activate is not null)
