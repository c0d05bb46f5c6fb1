-- whether rejected rows are kept, and the reader may see them
select coalesce(has_table_privilege(to_regclass('ops.rejected_rows'), 'select'), false) as exist
