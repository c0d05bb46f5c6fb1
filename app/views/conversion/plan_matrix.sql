-- moves from plan to plan within the range
select from_plan, to_plan, cast(sum(migrations) as bigint) as migrations, cast(sum(mrr_change) as double precision) as mrr_change
from marts.plan_migrations
where change_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
group by 1, 2
