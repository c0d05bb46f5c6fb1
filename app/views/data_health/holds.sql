-- why the newest build is held, if it is
select
    holds.what,
    holds.unit,
    holds.shown_value as shown,
    holds.candidate_value as candidate,
    holds.check_name || ' allows ' || holds.bound as bound,
    holds.also,
    holds.carried_by
from ops.holds as holds
inner join ops.builds as builds
    on holds.build_id = builds.build_id
        and builds.status = 'refused'
where builds.build_id = (select max(build_id) from ops.builds)
