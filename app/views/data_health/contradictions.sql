-- rows that contradict themselves, by what is believed instead
select
    source_table,
    rule,
    count(*) as rows,
    believed,
    string_agg(row_key, ', ' order by row_key) filter (where place <= 5) as examples
from (
    select
        contradictions.*,
        row_number() over (partition by source_table, rule order by row_key) as place
    from ops.contradictions as contradictions
) as listed
group by 1, 2, 4
order by 3 desc, 1, 2
