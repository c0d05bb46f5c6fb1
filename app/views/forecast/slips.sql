-- deals due within the range: how many slipped, and what became of them
select
    expected_close_month as period,
    cast(sum(due_deals) as bigint) as due,
    cast(sum(slipped_deals) as bigint) as slipped,
    cast(sum(slipped_deals) filter (where is_won) as bigint) as slipped_won,
    cast(sum(slipped_deals) filter (where is_lost) as bigint) as slipped_lost,
    cast(sum(slipped_deals) filter (where is_open) as bigint) as slipped_open
from marts.fct_deals
where expected_close_month between %(start)s and %(end)s
    and /* pipelines */ true
    and /* selection */ true
group by 1
order by 1
