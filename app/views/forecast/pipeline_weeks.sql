-- what came into the pipeline and left it, week by week
select
    week_start as period,
    cast(sum(created_amount) as double precision) as created,
    cast(sum(won_amount) as double precision) as won,
    cast(sum(lost_amount) as double precision) as lost,
    cast(sum(pulled_in_amount) as double precision) as pulled_in,
    cast(-sum(pushed_out_amount) as double precision) as pushed_out,
    cast(sum(open_end_amount) as double precision) as open_end
from marts.pipeline_weekly
where week_start >= %(start)s and week_start < cast(%(end)s as date) + interval '1 month'
    and /* pipelines */ true
    and /* selection */ true
group by 1
order by 1
