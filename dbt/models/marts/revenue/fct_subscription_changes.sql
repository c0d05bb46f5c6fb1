{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'revenue_month']}, {'columns': ['revenue_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

events as (

    select * from {{ ref('int_mrr_events') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

history as (

    select * from {{ ref('dim_account_history') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

balances as (

    select
        events.*,
        -- what happens to an account at one instant is one step: a plan swap is neither churn nor new
        sum(events.mrr_change) over (partition by events.account_id order by events.occurred_at range between unbounded preceding and current row) as account_mrr_after,
        sum(events.mrr_change) over (partition by events.account_id, events.occurred_at) as account_mrr_change
    from events

),

within_months as (

    select
        balances.*,
        balances.account_mrr_after - balances.account_mrr_change as account_mrr_before,
        sum(balances.mrr_change) over (partition by balances.account_id, {{ month_of('balances.occurred_at') }}) as month_mrr_change
    from balances
    cross join as_of
    where balances.occurred_at >= as_of.data_start_date

)

select
    {{ row_key(['events.change_id', 'events.change_type', 'events.occurred_at']) }} as event_id,
    events.change_id,
    events.subscription_id,
    events.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    history.segment as segment_then,
    events.product_id,
    events.previous_product_id,
    events.change_type,
    {{ "case when events.change_type = 'fx' then 'fx' else" if is_spot() }}
    {{ movement_type('events.account_mrr_before', 'events.account_mrr_after', 'events.occurred_at = accounts.first_paid_at') }}
    {{ 'end' if is_spot() }} as movement_type,
    {{ month_of('events.occurred_at') }} as revenue_month,
    cast(events.mrr_before as numeric(38, 2)) as mrr_before,
    cast(events.mrr_after as numeric(38, 2)) as mrr_after,
    cast(events.mrr_change as numeric(38, 2)) as mrr_change,
    cast(events.account_mrr_before as numeric(38, 2)) as account_mrr_before,
    cast(events.account_mrr_after as numeric(38, 2)) as account_mrr_after,
    events.mrr_change <> 0 and events.month_mrr_change = 0 as is_netted_in_month,
    events.occurred_at
from within_months as events
inner join accounts on events.account_id = accounts.account_id
left join history
    on events.account_id = history.account_id
        and events.occurred_at >= history.valid_from
        and events.occurred_at < history.valid_to
