{{ config(tags=['mart'], indexes=[{'columns': ['account_id', 'occurred_at']}, {'columns': ['kind', 'occurred_at']}]) }}

with

revenue_moments as (

    select * from {{ ref('int_revenue_moments') }}

),

other_events as (

    select * from {{ ref('int_timeline_events') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

everything as (

    select
        account_id,
        occurred_at,
        kind,
        cast(occurred_at as varchar(255)) as source_id,
        case kind
            when 'signed' then 'Became a customer'
            when 'reactivation' then 'Came back'
            when 'churn' then 'Left'
            when 'plan_change' then 'Changed the plan'
            when 'expansion' then 'MRR rose'
            when 'fx' then 'Exchange rates moved MRR'
            else 'MRR fell'
        end as title,
        mrr_change as amount
    from revenue_moments
    union all
    select
        account_id,
        occurred_at,
        kind,
        source_id,
        title,
        amount
    from other_events

)

select
    {{ row_key(['everything.kind', 'everything.account_id', 'everything.source_id']) }} as timeline_id,
    everything.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    everything.kind,
    cast(everything.title as varchar(4000)) as title,
    cast(everything.amount as numeric(38, 2)) as amount,
    everything.occurred_at
from everything
cross join as_of
inner join accounts on everything.account_id = accounts.account_id
where everything.occurred_at < as_of.as_of_at
