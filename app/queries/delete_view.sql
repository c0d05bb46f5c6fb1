-- forget a saved view of one's own; returns its id when it was there
delete from ops.saved_views
where view_id = %(view_id)s
    and person = %(person)s
returning view_id
