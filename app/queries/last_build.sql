-- how the newest build went; one that runs holds a lock, so that one without it was killed
select
    case when builds.status = 'running' and held.pid is null then 'failed' else builds.status end as status,
    builds.started_at,
    case when builds.status = 'running' and held.pid is null then 'it was broken off' else builds.message end as message
from ops.builds as builds
left join pg_locks as held
    on held.locktype = 'advisory' and held.classid = 0 and held.objid = %(lock)s
        and held.database = (select oid from pg_database where datname = current_database())
order by builds.build_id desc
limit 1
