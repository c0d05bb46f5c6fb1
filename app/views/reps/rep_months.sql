-- quota and won amount of the reps by month
select
    performance_month as period,
    cast(sum(ramped_quota) as double precision) as target,
    cast(sum(won_amount) as double precision) as actual
from marts.sales_rep_performance
where performance_month between %(start)s and %(end)s
    and (cast(%(rep)s as text[]) is null or rep_id = any(%(rep)s))
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
group by 1
order by 1
