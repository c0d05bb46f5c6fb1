-- how many deals stood in a known stage as a week began, by the whole days until they were won (empty: not won so far)
with

deal_weeks as (

    select * from {{ ref('int_deal_weeks') }}

)

select
    week_start,
    segment,
    pipeline,
    stage_at_start as stage,
    case when is_won then cast({{ dbt.datediff('week_start', 'closed_at', 'day') }} as integer) end as days_to_win,
    count(*) as deals
from deal_weeks
where is_open_at_start and stage_at_start is not null
group by 1, 2, 3, 4, 5
