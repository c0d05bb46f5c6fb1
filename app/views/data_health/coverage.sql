-- what the numbers rest on: records of the selection by kind, in all and within the months, with the first and the last day
with

records as (

    select 'crm' as source, 'Accounts' as kind, cast(created_at as date) as day, 1 as amount, segment, region, acquisition_channel
    from marts.dim_account
    union all
    select 'crm', 'Contacts', cast(created_at as date), 1, segment, region, acquisition_channel
    from marts.dim_contact
    union all
    select 'crm', 'Deals', cast(created_at as date), 1, segment, region, acquisition_channel
    from marts.fct_deals
    union all
    select 'crm', 'Calls, mails, meetings, notes and tasks', cast(occurred_at as date), 1, segment, region, acquisition_channel
    from marts.fct_activities
    union all
    select 'billing', 'Subscription events', cast(occurred_at as date), 1, segment, region, acquisition_channel
    from marts.fct_subscription_changes
    union all
    select 'billing', 'Invoices', cast(invoice_date as date), 1, segment, region, acquisition_channel
    from marts.fct_invoices
    union all
    select 'billing', 'Payment attempts and refunds', cast(attempted_at as date), 1, segment, region, acquisition_channel
    from marts.fct_payments
    union all
    select 'billing', 'One-off orders', cast(ordered_at as date), 1, segment, region, acquisition_channel
    from marts.fct_orders
    union all
    select 'product', 'Users', cast(created_at as date), 1, segment, region, acquisition_channel
    from marts.dim_user
    union all
    select 'product', 'Product events', cast(activity_date as date), events, segment, region, acquisition_channel
    from marts.fct_usage
    union all
    select 'support', 'Tickets', cast(created_at as date), 1, segment, region, acquisition_channel
    from marts.fct_tickets
    union all
    select 'marketing', 'Marketing spend, by day and campaign', cast(spend_date as date), 1, null, null, acquisition_channel
    from marts.fct_marketing_spend

)

select
    source,
    kind,
    cast(sum(amount) as bigint) as records,
    coalesce(cast(sum(amount) filter (where day >= %(start)s and day < cast(%(end)s as date) + interval '1 month') as bigint), 0) as within_the_months,
    min(day) as first_day,
    max(day) as last_day
from records
where (cast(%(segment)s as text[]) is null or segment is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1, 2
order by array_position(array['crm', 'billing', 'product', 'support', 'marketing'], source), 2
