-- rejected rows of the last loads, the newest first
select
    load_run_id,
    file,
    line,
    rule,
    column_name,
    message,
    to_jsonb(rejects) ->> 'raw' as raw
from ops.rejected_rows as rejects
order by load_run_id desc, file, line
limit 5000
