{{ config(tags=['fact'], indexes=[{'columns': ['closed_month', 'segment', 'region', 'acquisition_channel']}, {'columns': ['account_id']}]) }}

with

deals as (

    select * from {{ ref('int_deals') }}

),

scopes as (

    select * from {{ ref('int_deal_scopes') }}

),

stays as (

    select * from {{ ref('int_deal_stage_stays') }}

),

probabilities as (

    select * from {{ ref('int_stage_win_probability') }}

),

stages as (

    select * from {{ ref('int_stages') }}

),

reps as (

    select * from {{ ref('stg_crm__sales_reps') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

current_stays as (

    select
        deal_id,
        pipeline,
        stage,
        stage_outcome,
        entered_at
    from stays
    where is_last

),

joined as (

    select
        scopes.*,
        deals.deal_name,
        deals.owner_id,
        reps.rep_name as owner_name,
        deals.product_id,
        deals.source_channel,
        -- the history knows best where an open deal stands, unless it changed its pipeline or was reopened without a move
        case
            when not scopes.is_won and not scopes.is_lost
                and current_stays.pipeline = scopes.pipeline
                and current_stays.stage_outcome = 'open'
                then current_stays.stage
            else deals.stage
        end as stage,
        deals.probability / 100 as told_probability,
        deals.expected_close_date,
        cast(date_trunc('week', deals.expected_close_date) + interval '7' day as timestamp) as due_until,
        case when scopes.is_lost then coalesce(deals.loss_reason, '{{ unsaid_reason() }}') end as loss_reason,
        coalesce(current_stays.entered_at, scopes.created_at) as stage_entered_at,
        not scopes.is_won and not scopes.is_lost as is_open,
        as_of.as_of_at,
        as_of.as_of_date
    from scopes
    inner join deals on scopes.deal_id = deals.deal_id
    cross join as_of
    left join reps on deals.owner_id = reps.rep_id
    left join current_stays on scopes.deal_id = current_stays.deal_id

),

weighed as (

    select
        joined.*,
        stages.position as stage_position,
        case when joined.is_open then stages.forecast_category end as forecast_category,
        case when joined.is_open then coalesce(joined.told_probability, stages.probability) end as crm_probability,
        case when joined.is_open then probabilities.win_probability end as win_probability
    from joined
    inner join stages
        on joined.pipeline = stages.pipeline
            and joined.stage = stages.stage
    left join probabilities
        on joined.pipeline = probabilities.pipeline
            and joined.stage = probabilities.stage
            and joined.segment = probabilities.segment

)

select
    deal_id,
    account_id,
    segment,
    region,
    acquisition_channel,
    owner_id,
    product_id,
    deal_name,
    owner_name,
    deal_type,
    source_channel,
    pipeline,
    is_renewal,
    stage,
    cast(stage_position as integer) as stage_position,
    forecast_category,
    loss_reason,
    {{ month_of('created_at') }} as created_month,
    {{ month_of('closed_at') }} as closed_month,
    expected_close_date,
    {{ month_of('expected_close_date') }} as expected_close_month,
    amount,
    cast(case when is_won then amount else 0 end as numeric(38, 2)) as won_amount,
    cast(case when is_lost then amount else 0 end as numeric(38, 2)) as lost_amount,
    cast(case when is_open then 0 else amount end as numeric(38, 2)) as closed_amount,
    cast(case when is_open then amount else 0 end as numeric(38, 2)) as open_amount,
    cast(case when is_open then amount * win_probability end as {{ type_double() }}) as weighted_amount,
    cast(case when is_open then amount * crm_probability end as {{ type_double() }}) as crm_weighted_amount,
    cast(win_probability as {{ type_double() }}) as win_probability,
    cast(crm_probability as {{ type_double() }}) as crm_probability,
    1 as created_deals,
    {{ as_count('is_won') }} as won_deals,
    {{ as_count('is_lost') }} as lost_deals,
    {{ as_count('is_won or is_lost') }} as closed_deals,
    {{ as_count('is_open') }} as open_deals,
    -- due: the week of the expected date is over; slipped: no close by then
    {{ as_count('due_until <= as_of_at') }} as due_deals,
    {{ as_count('due_until <= as_of_at and coalesce(closed_at >= due_until, true)') }} as slipped_deals,
    case when is_won then {{ days_between('created_at', 'closed_at') }} end as cycle_days_won,
    case when is_won or is_lost then {{ days_between('created_at', 'closed_at') }} end as days_to_close,
    case when is_open then {{ days_between('created_at', 'as_of_at') }} end as age_days,
    case when is_open then {{ days_between('stage_entered_at', 'as_of_at') }} end as days_in_current_stage,
    is_open,
    is_won,
    is_lost,
    is_open and stage_entered_at < as_of_at - {{ var('stale_after_days') }} * interval '1' day as is_stale,
    is_open and coalesce(expected_close_date < as_of_date, false) as is_overdue,
    created_at,
    closed_at
from weighed
