-- saved views, by name
select view_id, name, page, query_string, created_at, person, created_by = session_user as is_own_login
from ops.saved_views
order by lower(name), view_id
limit 500
