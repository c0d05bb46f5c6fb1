-- sales reps over the range; ratios of sums
select
    performance.rep_id,
    performance.rep_name,
    performance.segment,
    performance.region,
    performance.role,
    max(performance.months_since_hire) as months_since_hire,
    cast(sum(performance.ramped_quota) as double precision) as quota,
    cast(sum(performance.won_amount) as double precision) as won_amount,
    cast(sum(performance.won_amount) / nullif(sum(performance.ramped_quota), 0) as double precision) as attainment,
    cast(sum(performance.won_deals) as bigint) as won_deals,
    cast(sum(performance.closed_deals) as bigint) as closed_deals,
    cast(sum(performance.won_deals) / nullif(sum(performance.closed_deals), 0) as double precision) as win_rate,
    cast(sum(performance.created_deals) as bigint) as created_deals,
    cast(sum(performance.activities) as bigint) as activities,
    cast(sum(performance.activities) / nullif(sum(performance.won_deals), 0) as double precision) as activities_per_win,
    cast(sum(performance.completed_activities) / nullif(sum(performance.completed_activities + performance.overdue_activities), 0) as double precision) as completion,
    bool_or(performance.ramp_share < 1) as is_ramping
from marts.sales_rep_performance as performance
where performance.performance_month between %(start)s and %(end)s
    and (cast(%(rep)s as text[]) is null or performance.rep_id = any(%(rep)s))
    and (cast(%(segment)s as text[]) is null or performance.segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or performance.region = any(%(region)s))
group by 1, 2, 3, 4, 5
order by attainment desc nulls last
