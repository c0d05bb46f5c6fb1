-- only where company.yml takes usage into MRR: subscription × month, from whose last second on the mean of three months' charges holds
with

charges as (

    select * from {{ ref('stg_billing__usage_charges') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

settings as (

    select * from {{ ref('stg_company__settings') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

monthly as (

    select
        charges.subscription_id,
        {{ month_of('charges.period_end') }} as usage_month,
        sum(charges.amount) as amount
    from charges
    inner join settings on settings.usage_in_mrr = 'trailing_3_months'
    inner join as_of
        on charges.charged_at < as_of.as_of_at
            and charges.period_end <= as_of.as_of_date
    where charges.subscription_id is not null
    group by 1, 2

),

averaged as (

    -- a month counts in the means at its own end and at those of the two months after it
    select
        monthly.subscription_id,
        cast(monthly.usage_month + (later.months + 1) * interval '1' month as timestamp) - interval '1' second as holds_from,
        cast(monthly.usage_month + (later.months + 2) * interval '1' month as timestamp) - interval '1' second as holds_to,
        sum(monthly.amount) / 3 as mrr
    from monthly
    cross join (values (0), (1), (2)) as later (months)
    group by 1, 2, 3

)

select
    averaged.subscription_id || ' usage ' || cast(cast(averaged.holds_from as date) as varchar(20)) as change_id,
    averaged.subscription_id,
    subscriptions.account_id,
    averaged.holds_from as paid_from,
    least(
        averaged.holds_to,
        coalesce(subscriptions.ended_at, averaged.holds_to),
        coalesce(subscriptions.paused_at, averaged.holds_to)
    ) as paid_to,
    cast(round(averaged.mrr, 2) as numeric(38, 2)) as mrr
from averaged
inner join subscriptions on averaged.subscription_id = subscriptions.subscription_id
where averaged.mrr > 0
