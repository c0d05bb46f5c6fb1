-- one row per deal and ISO week in which it was open at some time: where it stood as the week began, and what happened in it
with

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

first_stages as (

    select pipeline, stage
    from {{ ref('int_stages') }}
    where position = 1 and outcome = 'open'

),

dates as (

    select * from {{ ref('int_dates') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

weeks as (

    select
        dates.date_day as week_start,
        cast(dates.date_day as timestamp) as starts_at,
        cast(dates.date_day + interval '7' day as timestamp) as ends_at,
        cast(dates.date_day + interval '7' day as timestamp) > as_of.as_of_at as is_partial_week
    from dates
    cross join as_of
    where dates.date_day = cast(date_trunc('week', dates.date_day) as date)
        and dates.date_day >= cast(date_trunc('week', as_of.data_start_date) as date)
        and dates.date_day <= as_of.as_of_date

),

deal_weeks as (

    select
        scopes.*,
        weeks.week_start,
        weeks.starts_at,
        weeks.ends_at,
        weeks.is_partial_week
    from scopes
    inner join weeks
        on scopes.created_at < weeks.ends_at
            and coalesce(scopes.closed_at >= weeks.starts_at, true)

),

due as (

    select
        deal_id,
        cast(date_trunc('week', expected_close_date) as date) as due_week
    from deals

)

select
    deal_weeks.deal_id,
    deal_weeks.week_start,
    deal_weeks.is_partial_week,
    deal_weeks.segment,
    deal_weeks.region,
    deal_weeks.acquisition_channel,
    deal_weeks.amount,
    deal_weeks.pipeline,
    deal_weeks.is_renewal,
    deal_weeks.is_won,
    deal_weeks.closed_at,
    coalesce(stays.stage, first_stages.stage) as stage_at_start,
    deal_weeks.created_at < deal_weeks.starts_at as is_open_at_start,
    deal_weeks.created_at >= deal_weeks.starts_at as is_created,
    coalesce(deal_weeks.is_won and deal_weeks.closed_at < deal_weeks.ends_at, false) as is_won_in_week,
    coalesce(deal_weeks.is_lost and deal_weeks.closed_at < deal_weeks.ends_at, false) as is_lost_in_week,
    coalesce(deal_weeks.closed_at >= deal_weeks.ends_at, true) as is_open_at_end,
    coalesce(deal_weeks.is_won and deal_weeks.closed_at < deal_weeks.ends_at and due.due_week > deal_weeks.week_start, false) as is_pulled_in,
    -- in a week that still runs the deal may yet close in time
    not deal_weeks.is_partial_week
    and coalesce(due.due_week = deal_weeks.week_start and coalesce(deal_weeks.closed_at >= deal_weeks.ends_at, true), false) as is_pushed_out
from deal_weeks
inner join due on deal_weeks.deal_id = due.deal_id
left join first_stages on deal_weeks.pipeline = first_stages.pipeline
left join stays
    on deal_weeks.deal_id = stays.deal_id
        and deal_weeks.pipeline = stays.pipeline
        and deal_weeks.starts_at >= stays.entered_at
        and coalesce(deal_weeks.starts_at < stays.left_at, true)
