-- the last builds, the newest first: what became of each, why, and how long it took; one that runs holds a lock
select
    builds.build_id as build,
    builds.started_at,
    case
        when builds.status = 'published' and publications.publication_id = shown.publication_id then 'shown'
        when builds.status = 'published' and publications.kept then 'shown before, kept'
        when builds.status = 'published' then 'shown before'
        when builds.status = 'built' then 'not tested yet'
        when builds.status = 'refused' and builds.tests > 0 then 'held'
        when builds.status = 'refused' then 'tests failed'
        when builds.status = 'running' and held.pid is null then 'failed'
        else builds.status
    end as state,
    case
        when builds.status = 'running' and held.pid is null then 'it was broken off'
        when publications.forced <> '' then 'not passed, shown because: ' || publications.forced
        when publications.warnings <> '' then publications.warnings
        else builds.message
    end as why,
    extract(epoch from builds.finished_at - builds.started_at) as seconds,
    publications.publication_id as publication,
    publications.models,
    coalesce(publications.tests, builds.tests) as tests,
    builds.load_run_id as load,
    builds.as_of_date
from ops.builds as builds
left join ops.publications as publications on builds.build_id = publications.build_id
left join ops.shown as shown on true
left join pg_locks as held
    on held.locktype = 'advisory' and held.classid = 0 and held.objid = %(lock)s
        and held.database = (select oid from pg_database where datname = current_database())
order by builds.build_id desc
limit 50
