-- rejected rows of the last loads, the newest first
select
    load_run_id,
    file,
    line,
    rule,
    column_name,
    message,
    raw_text
from ops.rejected_rows
order by load_run_id desc, file, line
limit 5000
