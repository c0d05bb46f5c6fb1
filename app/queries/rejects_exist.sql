-- whether the reader may see rejected rows: a visitor with a scope may not, since nobody knows whose they are
select coalesce(has_table_privilege(to_regclass('ops.rejected_rows'), 'select'), false) as exist
