-- the marts: rows as the server's last analysis counted them, and their size with indexes
select
    tables.relname as mart,
    case when tables.reltuples >= 0 then tables.reltuples end as rows,
    pg_total_relation_size(tables.oid) / 1048576.0 as megabytes
from pg_class as tables
inner join pg_namespace as schemas on tables.relnamespace = schemas.oid
where schemas.nspname = (select 'marts_' || publication_id from ops.shown)
    and tables.relkind in ('r', 'm')
order by 1
