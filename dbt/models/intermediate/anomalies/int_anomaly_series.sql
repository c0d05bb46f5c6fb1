{{ config(indexes=[{'columns': ['series_key', 'point']}]) }}

-- metric × grain × period × (total, one segment, one region or one channel), complete periods only, zeros filled in
with

flows as (

    select * from {{ ref('int_anomaly_flows') }}

),

metrics as (

    select * from {{ ref('int_anomaly_metrics') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

placed as (

    select
        metrics.metric,
        metrics.grain,
        case metrics.grain
            when 'month' then {{ month_of('flows.flow_date') }}
            else cast(date_trunc('week', flows.flow_date) as date)
        end as period_start,
        flows.segment,
        flows.region,
        flows.acquisition_channel,
        flows.amount
    from flows
    inner join metrics on flows.metric = metrics.metric

),

summed as (

    select
        metric,
        grain,
        period_start,
        case
            when grouping(segment) = 0 then 'segment'
            when grouping(region) = 0 then 'region'
            when grouping(acquisition_channel) = 0 then 'acquisition_channel'
            else 'total'
        end as dimension,
        coalesce(segment, region, acquisition_channel, 'All') as dimension_value,
        sum(amount) as amount
    from placed
    group by grouping sets (
        (metric, grain, period_start),
        (metric, grain, period_start, segment),
        (metric, grain, period_start, region),
        (metric, grain, period_start, acquisition_channel)
    )

),

series as (

    select distinct
        summed.metric,
        summed.grain,
        summed.dimension,
        summed.dimension_value,
        loaded_sources.known_from,
        loaded_sources.last_date
    from summed
    inner join metrics
        on summed.metric = metrics.metric
            and summed.grain = metrics.grain
    left join loaded_sources on metrics.source_table = loaded_sources.source_table
    where dimension = 'total' or dimension_value <> 'All'

),

periods as (

    select distinct summed.grain, summed.period_start
    from summed
    cross join as_of
    where summed.period_start >= as_of.data_start_date
        and case summed.grain
            when 'month' then summed.period_start <= as_of.last_complete_month
            else cast(summed.period_start + interval '6' day as date) <= as_of.as_of_date
        end

)

select
    {{ row_key(['series.metric', 'series.grain', 'series.dimension', 'series.dimension_value']) }} as series_key,
    series.metric,
    series.grain,
    periods.period_start,
    series.dimension,
    series.dimension_value,
    cast(coalesce(summed.amount, 0) as numeric(38, 2)) as amount,
    row_number() over (
        partition by series.metric, series.grain, series.dimension, series.dimension_value
        order by periods.period_start
    ) as point
from series
-- before a source begins and after it ends nothing is known, and no zero is filled in; the period within which it begins is a part of one
inner join periods
    on series.grain = periods.grain
        and (
            series.known_from is null
            or periods.period_start between series.known_from and series.last_date
        )
left join summed
    on series.metric = summed.metric
        and series.grain = summed.grain
        and series.dimension = summed.dimension
        and series.dimension_value = summed.dimension_value
        and periods.period_start = summed.period_start
