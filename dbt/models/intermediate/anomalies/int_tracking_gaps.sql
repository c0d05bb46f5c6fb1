-- week × slice of product events with days on which nothing at all was recorded, though each of the four weeks before had
-- more days with events: rather a fault of tracking than a change of use
with

flows as (

    select * from {{ ref('int_anomaly_flows') }}

),

series as (

    select * from {{ ref('int_anomaly_series') }}

),

days as (

    select
        flow_date,
        cast(date_trunc('week', flow_date) as date) as period_start,
        case
            when grouping(segment) = 0 then 'segment'
            when grouping(region) = 0 then 'region'
            when grouping(acquisition_channel) = 0 then 'acquisition_channel'
            else 'total'
        end as dimension,
        coalesce(segment, region, acquisition_channel, 'All') as dimension_value
    from flows
    where metric = 'events'
        and amount > 0
    group by grouping sets ((flow_date), (flow_date, segment), (flow_date, region), (flow_date, acquisition_channel))

),

day_counts as (

    select
        dimension,
        dimension_value,
        period_start,
        count(*) as days_with_events
    from days
    group by 1, 2, 3

),

weeks as (

    select
        series.series_key,
        series.dimension,
        series.dimension_value,
        series.period_start,
        series.point,
        coalesce(day_counts.days_with_events, 0) as days_with_events
    from series
    left join day_counts
        on series.dimension = day_counts.dimension
            and series.dimension_value = day_counts.dimension_value
            and series.period_start = day_counts.period_start
    where series.metric = 'events'
        and series.grain = 'week'

),

compared as (

    select
        weeks.*,
        min(days_with_events) over (partition by series_key order by point rows between 4 preceding and 1 preceding) as usual_days
    from weeks

)

select
    series_key,
    dimension,
    dimension_value,
    period_start,
    days_with_events,
    usual_days
from compared
where days_with_events < usual_days
    and point > 4
