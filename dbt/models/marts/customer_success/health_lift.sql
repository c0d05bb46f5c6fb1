{{ config(tags=['mart']) }}

with

health as (

    select * from {{ ref('customer_health_scores') }}

),

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- months whose three following months are over: the rest can not be judged yet
mature as (

    select
        health.*,
        -- ranked within segment and month, so that neither the segment's price nor the season makes the lift
        ntile(10) over (
            partition by health.segment, health.snapshot_month
            order by health.health_score, health.account_id
        ) as score_decile
    from health
    cross join as_of
    where health.snapshot_month + interval '3' month <= as_of.last_complete_month
        and health.health_score is not null

),

churned as (

    select distinct
        mature.account_id,
        mature.snapshot_month
    from mature
    inner join revenue
        on mature.account_id = revenue.account_id
            and mature.snapshot_month < revenue.revenue_month
            and mature.snapshot_month + interval '3' month >= revenue.revenue_month
    where revenue.movement_type = 'churn'

),

deciles as (

    select
        mature.segment,
        mature.score_decile,
        min(mature.health_score) as lowest_score,
        max(mature.health_score) as highest_score,
        count(*) as customer_months,
        count(churned.account_id) as churned_within_3_months
    from mature
    left join churned
        on mature.account_id = churned.account_id
            and mature.snapshot_month = churned.snapshot_month
    group by mature.segment, mature.score_decile

),

based as (

    select
        deciles.*,
        sum(customer_months) over (partition by segment) as segment_customer_months,
        sum(churned_within_3_months) over (partition by segment) as segment_churned
    from deciles

)

select
    {{ row_key(['segment', 'score_decile']) }} as lift_id,
    segment,
    cast(score_decile as integer) as score_decile,
    lowest_score,
    highest_score,
    cast(customer_months as bigint) as customer_months,
    cast(churned_within_3_months as bigint) as churned_within_3_months,
    cast(segment_customer_months as bigint) as segment_customer_months,
    cast(segment_churned as bigint) as segment_churned,
    cast(churned_within_3_months as {{ type_double() }}) / customer_months as churn_rate,
    cast(churned_within_3_months as {{ type_double() }}) * segment_customer_months / (customer_months * nullif(segment_churned, 0)) as lift
from based
