-- Defends the pipeline's bridge: start + created − won − lost = end, by number and by value, and a week ends with what the next begins with.
with

weeks as (

    select * from {{ ref('pipeline_weekly') }}

),

later as (

    select
        cast(week_start - interval '7' day as date) as week_start,
        segment,
        region,
        acquisition_channel,
        pipeline,
        open_start_deals,
        open_start_amount
    from weeks

),

bounds as (

    select min(week_start) as first_week, max(week_start) as last_week
    from weeks

)

select
    coalesce(weeks.week_start, later.week_start) as week_start,
    coalesce(weeks.segment, later.segment) as segment
from weeks
full outer join later
    on weeks.week_start = later.week_start
        and weeks.segment = later.segment
        and weeks.region = later.region
        and weeks.acquisition_channel = later.acquisition_channel
        and weeks.pipeline = later.pipeline
cross join bounds
where weeks.open_start_deals + weeks.created_deals - weeks.won_deals - weeks.lost_deals <> weeks.open_end_deals
    or weeks.open_start_amount + weeks.created_amount - weeks.won_amount - weeks.lost_amount <> weeks.open_end_amount
    or (
        coalesce(weeks.week_start, later.week_start) < bounds.last_week
        and (
            coalesce(weeks.open_end_deals, 0) <> coalesce(later.open_start_deals, 0)
            or coalesce(weeks.open_end_amount, 0) <> coalesce(later.open_start_amount, 0)
        )
        -- before the first week there is no end to compare with
        and coalesce(weeks.week_start, later.week_start) >= bounds.first_week
    )
