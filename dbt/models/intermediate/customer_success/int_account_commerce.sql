-- one row per account: its last invoice, what it paid so far, its open deals and its last talk, as of the as-of date; what nobody recorded is empty, not 0
with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

activities as (

    select * from {{ ref('stg_crm__activities') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select
        {{ has_rows('billing.invoices') }} as has_invoices,
        {{ has_rows('crm.deals') }} as has_deals
    from loaded_sources

),

stated as (

    select
        invoices.account_id,
        invoices.invoice_date,
        invoices.amount,
        case
            when invoices.status = 'void' then 'void'
            when invoices.paid_at < as_of.as_of_at and invoices.status = 'refunded' then 'refunded'
            when invoices.paid_at < as_of.as_of_at then 'paid'
            when invoices.due_date < as_of.as_of_date then 'overdue'
            else 'open'
        end as invoice_state,
        row_number() over (
            partition by invoices.account_id
            order by invoices.invoice_date desc, char_length(invoices.invoice_id) desc, invoices.invoice_id desc
        ) as recency
    from invoices
    cross join as_of
    where invoices.invoice_date <= as_of.as_of_date

),

billed as (

    select
        account_id,
        max(invoice_date) filter (where recency = 1) as last_invoice_date,
        max(invoice_state) filter (where recency = 1) as last_invoice_state,
        coalesce(sum(amount) filter (where invoice_state = 'paid'), 0) as lifetime_revenue
    from stated
    group by account_id

),

open_deals as (

    select
        deals.account_id,
        count(*) as open_deals,
        sum(deals.amount) as open_deal_amount
    from deals
    cross join as_of
    where deals.created_at < as_of.as_of_at
        and (deals.closed_at is null or deals.closed_at >= as_of.as_of_at)
        and deals.account_id is not null
    group by deals.account_id

),

talks as (

    select
        activities.account_id,
        max(activities.occurred_at) as last_activity_at
    from activities
    cross join as_of
    where activities.occurred_at < as_of.as_of_at
        and activities.account_id is not null
    group by activities.account_id

)

select
    accounts.account_id,
    billed.last_invoice_date,
    billed.last_invoice_state,
    cast({{ known_count('loaded.has_invoices', 'billed.lifetime_revenue') }} as numeric(38, 2)) as lifetime_revenue,
    {{ known_count('loaded.has_deals', 'open_deals.open_deals') }} as open_deals,
    cast({{ known_count('loaded.has_deals', 'open_deals.open_deal_amount') }} as numeric(38, 2)) as open_deal_amount,
    talks.last_activity_at
from accounts
cross join loaded
left join billed on accounts.account_id = billed.account_id
left join open_deals on accounts.account_id = open_deals.account_id
left join talks on accounts.account_id = talks.account_id
