-- keep a page's selection under a name that is not taken; returns its id, or nothing when the name is taken
insert into ops.saved_views (name, page, query_string, person)
values (%(name)s, %(page)s, %(query_string)s, %(person)s)
on conflict do nothing
returning view_id
