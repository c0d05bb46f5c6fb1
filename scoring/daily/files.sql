-- the daily flows of the synthetic company, straight from its files
with

accounts as (

    select account_id, segment, region, acquisition_channel from 'crm/accounts.csv'

),

events as (

    select cast(occurred_at as date) as day, event_type, segment, region, acquisition_channel
    from 'product/events.csv'
    inner join 'product/users.csv' as users using (user_id)
    inner join accounts on users.account_id = accounts.account_id

),

flows as (

    select 'tickets' as metric, cast(created_at as date) as day, segment, region, acquisition_channel, 1.0 as amount
    from 'support/tickets.csv'
    inner join accounts using (account_id)
    union all
    select 'failed_payments', cast(attempted_at as date), segment, region, acquisition_channel, 1
    from 'billing/payments.csv' as payments
    inner join 'billing/invoices.csv' as invoices using (invoice_id)
    inner join accounts on invoices.account_id = accounts.account_id
    where payments.status = 'failed'
    union all
    select 'events', day, segment, region, acquisition_channel, 1 from events
    union all
    select 'errors', day, segment, region, acquisition_channel, 1 from events
    where event_type = 'error'
    union all
    select 'spend', cast(spend_date as date), 'All', 'All', channel, amount from 'marketing/spend.csv'
    where coalesce(cost_type, 'media') = 'media'  -- what people cost is booked at the end of a month

)

select metric, day, segment, region, acquisition_channel, sum(amount) as amount
from flows
group by all
