-- of each score: how often one who left was ranked before one who stayed, both of the same month's end (ties count half)
with

tested as (

    select
        scores.score,
        backtest.snapshot_date,
        backtest.has_churned_90d,
        scores.points
    from marts.fct_churn_backtest as backtest
    cross join lateral (
        values
        ('score', backtest.churn_probability),
        ('segment', backtest.segment_churn_rate),
        ('health', cast(-backtest.health_score as double precision))
    ) as scores (score, points)
    where scores.points is not null
        and /* selection of backtest */ true

),

ranked as (

    select
        score,
        snapshot_date,
        has_churned_90d,
        rank() over (partition by score, snapshot_date order by points)
        + (count(*) over (partition by score, snapshot_date, points) - 1) / 2.0 as place
    from tested

),

months as (

    select
        score,
        snapshot_date,
        sum(place) filter (where has_churned_90d) as places,
        count(*) filter (where has_churned_90d) as left_count,
        count(*) filter (where not has_churned_90d) as stayed_count
    from ranked
    group by 1, 2

)

select
    score,
    cast(sum(places - left_count * (left_count + 1) / 2.0) / nullif(sum(left_count * stayed_count), 0) as double precision) as auc,
    sum(left_count) as left_count
from months
group by 1
order by case score when 'score' then 1 when 'segment' then 2 else 3 end
