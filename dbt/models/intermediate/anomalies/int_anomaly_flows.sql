-- what is watched, as one long table of additive amounts: metric × day × segment × region × channel
with

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

tickets as (

    select * from {{ ref('fct_tickets') }}

),

activity as (

    select * from {{ ref('fct_usage') }}

),

deals as (

    select * from {{ ref('fct_deals') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

movements as (

    select
        revenue.revenue_month as flow_date,
        revenue.segment,
        revenue.region,
        revenue.acquisition_channel,
        m.metric,
        case m.metric
            when 'new_mrr' then revenue.new_mrr
            when 'expansion_mrr' then revenue.expansion_mrr
            when 'contraction_mrr' then revenue.contraction_mrr
            when 'churned_mrr' then revenue.churned_mrr
            else revenue.churned_customers
        end as amount
    from revenue
    cross join (values ('new_mrr'), ('expansion_mrr'), ('contraction_mrr'), ('churned_mrr'), ('churned_customers')) as m (metric)

),

usage as (

    select
        activity.activity_date as flow_date,
        activity.segment,
        activity.region,
        activity.acquisition_channel,
        m.metric,
        case m.metric when 'events' then activity.events else activity.errors end as amount
    from activity
    cross join (values ('events'), ('errors')) as m (metric)

),

flows as (

    select flow_date, segment, region, acquisition_channel, metric, amount from movements
    union all
    select flow_date, segment, region, acquisition_channel, metric, amount from usage
    union all
    select created_date, segment, region, acquisition_channel, 'tickets', tickets from tickets
    union all
    select created_date, segment, region, acquisition_channel, 'resolution_breaches', resolution_breached from tickets
    union all
    select closed_month, segment, region, acquisition_channel, 'won_amount', won_amount from deals
    where is_won
    union all
    select cast(payments.attempted_at as date), accounts.segment, accounts.region, accounts.acquisition_channel, 'failed_payments', 1
    from payments
    inner join invoices on payments.invoice_id = invoices.invoice_id
    inner join accounts on invoices.account_id = accounts.account_id
    where payments.is_failed
    union all
    select spend_date, 'All', 'All', channel, 'spend', amount
    from spend

)

select
    metric,
    flow_date,
    segment,
    region,
    acquisition_channel,
    cast(sum(amount) as numeric(18, 2)) as amount
from flows
group by 1, 2, 3, 4, 5
