-- what is watched, as one long table of additive amounts: metric × day × segment × region × channel
with

revenue as (

    select * from {{ ref('int_account_movements') }}

),

tickets as (

    select * from {{ ref('int_ticket_states') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}

),

deals as (

    select * from {{ ref('int_deal_scopes') }}

),

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

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
        case when revenue.movement_type = m.movement_type then abs(revenue.mrr_change) else 0 end as amount
    from revenue
    cross join (
        values
        {%- for movement, metric in movements().items() if movement != 'reactivation' %}
            ('{{ metric }}', '{{ movement }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as m (metric, movement_type)

),

usage as (

    select
        user_days.activity_date as flow_date,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        m.metric,
        case m.metric when 'events' then user_days.events else user_days.errors end as amount
    from user_days
    inner join accounts on user_days.account_id = accounts.account_id
    cross join (values ('events'), ('errors')) as m (metric)

),

flows as (

    select flow_date, segment, region, acquisition_channel, metric, amount from movements
    union all
    select revenue_month, segment, region, acquisition_channel, 'churned_customers', {{ as_count("movement_type = 'churn'") }} from revenue
    union all
    select flow_date, segment, region, acquisition_channel, metric, amount from usage
    union all
    select created_date, segment, region, acquisition_channel, 'tickets', 1 from tickets
    union all
    select created_date, segment, region, acquisition_channel, 'resolution_breaches', {{ as_count("resolution_state = 'breached'") }} from tickets
    union all
    select {{ month_of('closed_at') }}, segment, region, acquisition_channel, 'won_amount', amount from deals
    where is_won
        and not is_renewal
    union all
    select cast(payments.attempted_at as date), accounts.segment, accounts.region, accounts.acquisition_channel, 'failed_payments', 1
    from payments
    inner join invoices on payments.invoice_id = invoices.invoice_id
    inner join accounts on invoices.account_id = accounts.account_id
    where payments.is_failed
    union all
    -- salaries come once a month: by the week, media alone have a level
    select spend_date, 'All', 'All', channel, 'spend', {{ media_amount() }}
    from spend

)

select
    metric,
    flow_date,
    segment,
    region,
    acquisition_channel,
    cast(sum(amount) as numeric(38, 2)) as amount
from flows
group by 1, 2, 3, 4, 5
