-- keep a page's selection under a name that is not taken; returns its id, or nothing when the name is taken
insert into ops.saved_views (name, page, query_string, created_at, created_by)
values (%(name)s, %(page)s, %(query_string)s, %(created_at)s, %(created_by)s)
on conflict do nothing
returning view_id
