-- forget a saved view; returns its id when it was there
delete from ops.saved_views
where view_id = %(view_id)s
returning view_id
