-- the files of the load that the marts rest on, with their fingerprints
select files.key as file, files.value as sha256
from ops.load_runs as loads
inner join marts.dim_tower as tower on loads.load_run_id = tower.load_run_id
cross join jsonb_each_text(loads.file_hashes) as files
order by 1
