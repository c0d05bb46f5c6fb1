-- the files of the load that the marts rest on: what became of their rows, and their fingerprints
select
    files.file,
    files.status,
    files.rows_read,
    files.rows_loaded,
    files.rows_rejected,
    files.sha256
from ops.load_files as files
inner join marts.dim_tower as tower on files.load_run_id = tower.load_run_id
order by files.file
