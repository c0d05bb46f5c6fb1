{{ config(tags=['mart'], indexes=[{'columns': ['week_start', 'segment', 'pipeline'], 'unique': true}]) }}

with

deal_weeks as (

    select * from {{ ref('int_deal_weeks') }}

),

probabilities as (

    select * from {{ ref('int_quarter_win_probability') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

stages as (

    select * from {{ ref('int_stages') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

weeks as (

    select distinct
        deal_weeks.week_start,
        {{ quarter_of('deal_weeks.week_start') }} as quarter_start,
        cast({{ quarter_of('deal_weeks.week_start') }} + interval '3' month as date) as next_quarter_start
    from deal_weeks
    cross join as_of
    -- a quarter that the data do not know from its first day has no total to be compared with
    where {{ quarter_of('deal_weeks.week_start') }} >= as_of.data_start_date

),

segments as (

    select distinct segment
    from scopes

),

pipelines as (

    select distinct
        pipeline,
        is_renewal
    from scopes

),

won as (

    select
        segment,
        pipeline,
        cast(closed_at as date) as won_date,
        sum(amount) as won_amount
    from scopes
    where is_won
    group by 1, 2, 3

),

booked as (

    select
        weeks.week_start,
        won.segment,
        won.pipeline,
        sum(case when won.won_date < weeks.week_start then won.won_amount else 0 end) as won_to_date,
        sum(won.won_amount) as quarter_won_amount
    from weeks
    inner join won
        on weeks.quarter_start <= won.won_date
            and weeks.next_quarter_start > won.won_date
    group by 1, 2, 3

),

standing as (

    select
        deal_weeks.week_start,
        deal_weeks.segment,
        deal_weeks.pipeline,
        count(*) as open_deals,
        sum(deal_weeks.amount) as open_amount,
        sum(case when stages.forecast_category = 'commit' then deal_weeks.amount else 0 end) as commit_amount,
        sum(case when stages.forecast_category = 'best_case' then deal_weeks.amount else 0 end) as best_case_amount,
        sum(case when stages.forecast_category = 'omitted' then 0 else deal_weeks.amount * probabilities.win_probability end) as expected_amount,
        bool_or(stages.forecast_category is distinct from 'omitted' and probabilities.win_probability is null) as is_without_history
    from deal_weeks
    left join probabilities
        on deal_weeks.week_start = probabilities.week_start
            and deal_weeks.segment = probabilities.segment
            and deal_weeks.pipeline = probabilities.pipeline
            and deal_weeks.stage_at_start = probabilities.stage
    left join stages
        on deal_weeks.pipeline = stages.pipeline
            and deal_weeks.stage_at_start = stages.stage
    where deal_weeks.is_open_at_start
    group by 1, 2, 3

)

select
    {{ row_key(['weeks.week_start', 'segments.segment', 'pipelines.pipeline']) }} as forecast_id,
    weeks.week_start,
    weeks.quarter_start,
    segments.segment,
    pipelines.pipeline,
    pipelines.is_renewal,
    cast({{ dbt.datediff('weeks.week_start', 'weeks.next_quarter_start', 'day') }} as integer) as days_left,
    cast(coalesce(standing.open_deals, 0) as bigint) as open_deals,
    cast(coalesce(standing.open_amount, 0) as numeric(38, 2)) as open_amount,
    cast(coalesce(booked.won_to_date, 0) as numeric(38, 2)) as won_to_date,
    cast(coalesce(booked.won_to_date, 0) + coalesce(standing.commit_amount, 0) as numeric(38, 2)) as commit_amount,
    cast(coalesce(booked.won_to_date, 0) + coalesce(standing.commit_amount, 0) + coalesce(standing.best_case_amount, 0) as numeric(38, 2)) as best_case_amount,
    cast(case when not coalesce(standing.is_without_history, false) then coalesce(booked.won_to_date, 0) + coalesce(standing.expected_amount, 0) end as {{ type_double() }}) as weighted_amount,
    cast(case when weeks.next_quarter_start <= as_of.as_of_at then coalesce(booked.quarter_won_amount, 0) end as numeric(38, 2)) as actual_won_amount,
    weeks.next_quarter_start <= as_of.as_of_at as is_quarter_complete
from weeks
cross join segments
cross join pipelines
cross join as_of
left join booked
    on weeks.week_start = booked.week_start
        and segments.segment = booked.segment
        and pipelines.pipeline = booked.pipeline
left join standing
    on weeks.week_start = standing.week_start
        and segments.segment = standing.segment
        and pipelines.pipeline = standing.pipeline
