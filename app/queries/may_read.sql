-- whether the visitor's role may read a table of the audit: with a scope it may not where rows aren't known by segment and region
select coalesce(has_table_privilege(to_regclass(%(name)s), 'select'), false) as may
