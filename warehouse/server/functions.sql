-- What anybody who logs in could otherwise do to others: take the lock of the loads, make large objects, end the dashboard's queries.
-- Only a superuser may take it away: once in template1, from which the database is made; where the owner is one, at each start.
do $$
declare
    found regprocedure;
begin
    for found in
        select oid from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and has_function_privilege('public', oid, 'execute')
            and (
                proname like 'pg\_%advisory%' or proname like 'lo\_%' or proname in ('lowrite', 'loread')
                or proname in ('pg_cancel_backend', 'pg_terminate_backend')
            )
    loop
        execute format('revoke execute on function %s from public', found);
        if exists (select from pg_roles where rolname = 'tower_owner') then
            execute format('grant execute on function %s to tower_owner', found);
        end if;
    end loop;
end
$$;
