-- account × month end: calls, mails and meetings of the 90 days before, and how they went
with

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    activities.account_id,
    months.month_start as snapshot_month,
    count(*) as activities_90d,
    count(*) filter (where activities.outcome = 'positive') as positive_activities_90d,
    count(*) filter (where activities.outcome = 'negative') as negative_activities_90d
from activities
inner join months
    on activities.occurred_at < months.ends_at
        and activities.occurred_at >= months.ends_at - interval '90' day
where activities.account_id is not null
    and not months.is_opening
group by activities.account_id, months.month_start
