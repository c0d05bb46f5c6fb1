-- Defends the reps' figures: over all reps a month's wins, losses (without renewals) and activities are the company's.
with

reps as (

    select
        performance_month,
        sum(won_amount) as won_amount,
        sum(closed_deals) as closed_deals,
        sum(activities) as activities
    from {{ ref('sales_rep_performance') }}
    group by 1

),

deals as (

    select
        closed_month,
        sum(won_amount) as won_amount,
        sum(closed_deals) as closed_deals
    from {{ ref('fct_deals') }}
    where not is_renewal
    group by 1

),

activities as (

    select
        activity_month,
        sum(activities) as activities
    from {{ ref('fct_activities') }}
    group by 1

)

select reps.*
from reps
left join deals on reps.performance_month = deals.closed_month
left join activities on reps.performance_month = activities.activity_month
where reps.won_amount <> coalesce(deals.won_amount, 0)
    or reps.closed_deals <> coalesce(deals.closed_deals, 0)
    or reps.activities <> coalesce(activities.activities, 0)
