-- the rules of alerts.yml as last checked, what is open first, and until when they are silent
select
    states.rule,
    states.page,
    case when states.is_open then 'open' else 'quiet' end as state,
    states.finding,
    states.opened_on,
    states.resolved_on,
    states.said_on,
    states.checked_on,
    silent.until as silent_until,
    coalesce(silent.finding_key = states.finding_key, false) as is_silent_still
from ops.alert_states as states
left join (
    select distinct on (rule) rule, until, finding_key
    from ops.alert_snoozes
    order by rule, snooze_id desc
) as silent
    on states.rule = silent.rule
order by states.is_open desc, states.rule
