-- the last loads, the newest first
select
    load_run_id,
    finished_at,
    status,
    rows_read,
    rows_loaded,
    rows_rejected,
    rows_read = rows_loaded + rows_rejected as is_complete,
    (select count(*) from jsonb_object_keys(file_hashes)) as files,
    data_start_date,
    as_of_date,
    extract(epoch from finished_at - started_at) as seconds,
    loaded_by,
    source_folder,
    message
from ops.load_runs
order by load_run_id desc
limit 50
