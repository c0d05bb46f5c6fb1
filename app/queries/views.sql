-- saved views, by name
select view_id, name, page, query_string, created_at, created_by
from ops.saved_views
order by lower(name), view_id
limit 500
