-- totals that the user knows, beside what the marts said when they were last compared
select
    checks.metric,
    checks.month,
    (select string_agg(entry.key || ': ' || (select string_agg(value, ', ') from jsonb_array_elements_text(entry.value) as value), '; ')
        from jsonb_each(checks.filters) as entry) as selection,
    cast(checks.expected_value as double precision) as expected,
    cast(checks.found_value as double precision) as found,
    cast(checks.found_value - checks.expected_value as double precision) as difference,
    cast(checks.tolerance as double precision) as tolerance,
    checks.status as verdict,
    checks.line,
    checks.load_run_id,
    checks.checked_at
from ops.expected_checks as checks
order by checks.status = 'as expected', checks.line
