-- how the newest build went
select status, started_at, message
from ops.builds
order by build_id desc
limit 1
