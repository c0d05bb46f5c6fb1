{{ config(tags=['mart'], indexes=[{'columns': ['rep_id', 'performance_month'], 'unique': true}]) }}

with

reps as (

    select * from {{ ref('dim_sales_rep') }}

),

deals as (

    select * from {{ ref('fct_deals') }}

),

activities as (

    select * from {{ ref('fct_activities') }}

),

months as (

    select * from {{ ref('int_months') }}

),

closed as (

    select
        owner_id,
        closed_month,
        sum(won_amount) as won_amount,
        sum(closed_amount) as closed_amount,
        sum(won_deals) as won_deals,
        sum(lost_deals) as lost_deals
    from deals
    where closed_month is not null
        and not is_renewal
    group by 1, 2

),

created as (

    select
        owner_id,
        created_month,
        sum(created_deals) as created_deals
    from deals
    where not is_renewal
    group by 1, 2

),

worked as (

    select
        owner_id,
        activity_month,
        sum(activities) as activities,
        sum(completed_activities) as completed_activities,
        sum(overdue_activities) as overdue_activities
    from activities
    group by 1, 2

),

-- linear ramp, the month of hiring is its first step: with three months 25, 50, 75, then 100 percent of the quota
ramped as (

    select
        reps.*,
        months.month_start,
        months.is_partial_month,
        {{ months_between('reps.hired_at', 'months.month_start') }} as months_since_hire,
        case
            when {{ month_of('reps.hired_at') }} > months.month_start then 0.0
            else least(1.0, ({{ months_between('reps.hired_at', 'months.month_start') }} + 1) / ({{ var('ramp_months') }} + 1.0))
        end as ramp_share
    from reps
    cross join months
    where not months.is_opening

)

select
    {{ row_key(['ramped.rep_id', 'ramped.month_start']) }} as rep_month_id,
    ramped.rep_id,
    ramped.month_start as performance_month,
    ramped.rep_name,
    ramped.team as segment,
    ramped.region,
    ramped.role,
    ramped.months_since_hire,
    cast(ramped.ramp_share as {{ type_double() }}) as ramp_share,
    ramped.monthly_quota,
    cast(ramped.monthly_quota * ramped.ramp_share as numeric(38, 2)) as ramped_quota,
    cast(coalesce(closed.won_amount, 0) as numeric(38, 2)) as won_amount,
    cast(coalesce(closed.closed_amount, 0) as numeric(38, 2)) as closed_amount,
    cast(coalesce(closed.won_deals, 0) as bigint) as won_deals,
    cast(coalesce(closed.lost_deals, 0) as bigint) as lost_deals,
    cast(coalesce(closed.won_deals + closed.lost_deals, 0) as bigint) as closed_deals,
    cast(coalesce(created.created_deals, 0) as bigint) as created_deals,
    cast(coalesce(worked.activities, 0) as bigint) as activities,
    cast(coalesce(worked.completed_activities, 0) as bigint) as completed_activities,
    cast(coalesce(worked.overdue_activities, 0) as bigint) as overdue_activities,
    cast(coalesce(closed.won_amount, 0) / nullif(cast(ramped.monthly_quota * ramped.ramp_share as numeric(38, 2)), 0) as {{ type_double() }}) as quota_attainment,
    cast(closed.won_deals as {{ type_double() }}) / nullif(closed.won_deals + closed.lost_deals, 0) as win_rate,
    cast(coalesce(worked.activities, 0) as {{ type_double() }}) / nullif(closed.won_deals, 0) as activities_per_win,
    ramped.is_partial_month
from ramped
left join closed
    on ramped.rep_id = closed.owner_id
        and ramped.month_start = closed.closed_month
left join created
    on ramped.rep_id = created.owner_id
        and ramped.month_start = created.created_month
left join worked
    on ramped.rep_id = worked.owner_id
        and ramped.month_start = worked.activity_month
-- work done before the hiring date (or on a predecessor's account) counts, so that reps sum to the company
where ramped.ramp_share > 0
    or closed.won_deals + closed.lost_deals > 0
    or created.created_deals > 0
    or worked.activities > 0
