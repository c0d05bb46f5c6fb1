-- the last refreshes, the newest first, with their steps in words
select
    runs.refresh_run_id,
    runs.started_at,
    runs.status,
    runs.started_by,
    extract(epoch from runs.finished_at - runs.started_at) as seconds,
    coalesce((
        select string_agg(
            step ->> 'step'
            || case when step ->> 'outcome' = 'succeeded' then '' else ' ' || (step ->> 'outcome') end
            || ' ' || (step ->> 'seconds') || ' s'
            || case when (step ->> 'tries')::integer > 1 then ', ' || (step ->> 'tries') || ' tries' else '' end,
            ' · ' order by place
        )
        from jsonb_array_elements(runs.steps) with ordinality as listed (step, place)
    ), '') as steps,
    case
        when runs.status = 'failed' then runs.message
        else concat_ws('; ', nullif(runs.message, ''), (
            select string_agg(step ->> 'message', '; ' order by place)
            from jsonb_array_elements(runs.steps) with ordinality as listed (step, place)
        ))
    end as message
from ops.refresh_runs as runs
order by runs.refresh_run_id desc
limit 50
