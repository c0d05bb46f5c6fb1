-- week × segment × stage of a pipeline: the share of earlier open deals that were won within as many days as the quarter has left
with

history as (

    select * from {{ ref('int_win_history') }}

),

weeks as (

    select distinct
        week_start,
        pipeline,
        stage,
        cast({{ quarter_of('week_start') }} + interval '3' month as date) as next_quarter_date
    from history

),

horizons as (

    select
        week_start,
        pipeline,
        stage,
        cast({{ dbt.datediff('week_start', 'next_quarter_date', 'day') }} as integer) as days_left
    from weeks

),

segments as (

    select distinct segment
    from history

),

-- only snapshots whose own horizon had run out before the week: what they became was known by then
known as (

    select
        horizons.week_start,
        horizons.pipeline,
        horizons.stage,
        history.segment,
        sum(history.deals) as seen,
        coalesce(sum(history.deals) filter (where history.days_to_win < horizons.days_left), 0) as won
    from horizons
    inner join history
        on horizons.pipeline = history.pipeline
            and horizons.stage = history.stage
            and horizons.week_start >= history.week_start + horizons.days_left * interval '1' day
    group by 1, 2, 3, 4

),

overall as (

    select
        week_start,
        pipeline,
        stage,
        sum(seen) as seen,
        sum(won) as won
    from known
    group by 1, 2, 3

)

select
    horizons.week_start,
    segments.segment,
    horizons.pipeline,
    horizons.stage,
    horizons.days_left,
    cast(coalesce(known.seen, 0) as bigint) as seen_deals,
    cast(coalesce(known.won, 0) as bigint) as won_deals,
    -- without any history there is no probability
    {{ own_share_or_overall('known.won', 'known.seen', 'overall.won', 'overall.seen') }} as win_probability
from horizons
cross join segments
left join known
    on horizons.week_start = known.week_start
        and horizons.pipeline = known.pipeline
        and horizons.stage = known.stage
        and segments.segment = known.segment
left join overall
    on horizons.week_start = overall.week_start
        and horizons.pipeline = overall.pipeline
        and horizons.stage = overall.stage
