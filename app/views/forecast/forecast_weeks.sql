-- the forecast of each quarter as it stood at the start of each week, up to the end of the range
select
    week_start,
    quarter_start,
    min(days_left) as days_left,
    cast(sum(won_to_date) as double precision) as won,
    cast(sum(commit_amount) as double precision) as committed,
    cast(sum(best_case_amount) as double precision) as best_case,
    case when count(weighted_amount) = count(*) then sum(weighted_amount) end as weighted,
    cast(sum(open_amount) as double precision) as open_amount,
    cast(sum(actual_won_amount) as double precision) as actual,
    bool_and(is_quarter_complete) as is_complete
from marts.sales_forecast
where week_start < cast(%(end)s as date) + interval '1 month'
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and /* pipelines */ true
group by 1, 2
order by 1
