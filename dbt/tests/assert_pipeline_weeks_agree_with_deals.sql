-- Defends the weekly pipeline by another road: its flows are the deals', its last week ends with the open ones, its pushed-out are the slipped ones.
with

first_week as (

    select
        min(week_start) as week_start,
        max(week_start) as last_week
    from {{ ref('pipeline_weekly') }}

),

weekly as (

    select
        sum(created_deals) as created,
        sum(won_amount) as won,
        sum(lost_amount) as lost,
        sum(pushed_out_deals) as slipped,
        sum(case when weeks.week_start = first_week.last_week then weeks.open_end_amount else 0 end) as open_amount
    from {{ ref('pipeline_weekly') }} as weeks
    cross join first_week

),

deals as (

    select
        sum(case when deals.created_at >= first_week.week_start then 1 else 0 end) as created,
        sum(case when deals.closed_at >= first_week.week_start then deals.won_amount else 0 end) as won,
        sum(case when deals.closed_at >= first_week.week_start then deals.lost_amount else 0 end) as lost,
        -- a deal entered after the week in which it was expected was never pushed out of one
        sum(
            case
                when deals.expected_close_date >= first_week.week_start
                    and deals.created_at < cast(date_trunc('week', deals.expected_close_date) + interval '7' day as timestamp)
                    then deals.slipped_deals
                else 0
            end
        ) as slipped,
        sum(deals.open_amount) as open_amount
    from {{ ref('fct_deals') }} as deals
    cross join first_week

)

select weekly.*
from weekly
cross join deals
where weekly.created <> deals.created
    or weekly.won <> deals.won
    or weekly.lost <> deals.lost
    or weekly.slipped <> deals.slipped
    or weekly.open_amount <> deals.open_amount
