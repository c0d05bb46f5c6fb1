{{ config(tags=['mart'], indexes=[{'columns': ['account_id', 'revenue_month']}, {'columns': ['revenue_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

states as (

    select * from {{ ref('int_subscription_states') }}

),

ledger as (

    select * from {{ ref('int_subscription_mrr_monthly') }}

),

invoice_months as (

    select * from {{ ref('int_invoice_months') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

ordered as (

    -- the last invoice tells the state that a month was billed from; a credit corrects one of before and tells none
    select
        invoice_months.*,
        row_number() over (
            partition by subscription_id, revenue_month
            order by case when invoiced_mrr < 0 then 1 else 0 end, period_start desc, mrr_when_invoiced
        ) as choice
    from invoice_months

),

billed as (

    select
        subscription_id,
        account_id,
        revenue_month,
        sum(invoiced_mrr) as invoiced_mrr,
        sum(refunded_mrr) as refunded_mrr,
        sum(case when invoiced_mrr < 0 then -invoiced_mrr else 0 end) as credited_mrr,
        max(case when choice = 1 and invoiced_mrr >= 0 then mrr_when_invoiced end) as mrr_when_invoiced,
        count(*) as invoices
    from ordered
    group by 1, 2, 3

),

starts as (

    select
        states.subscription_id,
        min(states.paid_from) as first_paid_at,
        min(first_invoices.first_period_start) as first_period_start
    from states
    left join (select subscription_id, min(period_start) as first_period_start from invoices group by 1) as first_invoices
        on states.subscription_id = first_invoices.subscription_id
    group by 1

),

compared as (

    select
        coalesce(ledger.subscription_id, billed.subscription_id) as subscription_id,
        coalesce(ledger.account_id, billed.account_id) as account_id,
        coalesce(ledger.revenue_month, billed.revenue_month) as revenue_month,
        coalesce(ledger.mrr, 0) as mrr,
        coalesce(billed.invoiced_mrr, 0) as invoiced_mrr,
        coalesce(billed.refunded_mrr, 0) as refunded_mrr,
        coalesce(billed.credited_mrr, 0) as credited_mrr,
        billed.mrr_when_invoiced,
        coalesce(billed.invoices, 0) as invoices
    from ledger
    full outer join billed
        on ledger.subscription_id = billed.subscription_id
            and ledger.revenue_month = billed.revenue_month

),

explained as (

    select
        compared.*,
        -- the state changed, or service ended, after the invoice was written; nothing is prorated before the next one
        coalesce(compared.mrr - compared.mrr_when_invoiced, 0) as changed_mrr,
        -- the running period was invoiced before the data begin
        case
            when compared.invoices = 0 and starts.first_paid_at < as_of.data_start_date
                and compared.revenue_month < coalesce(starts.first_period_start, cast('9999-01-01' as date))
                then compared.mrr
            else 0
        end as billed_before_mrr
    from compared
    inner join starts on compared.subscription_id = starts.subscription_id
    cross join as_of

)

select
    {{ row_key(['explained.subscription_id', 'explained.revenue_month']) }} as reconciliation_id,
    explained.subscription_id,
    explained.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    explained.revenue_month,
    case
        when abs(explained.mrr - explained.invoiced_mrr) <= {{ var('reconciliation_tolerance') }} and explained.refunded_mrr = 0 then 'equal'
        when abs(explained.mrr - explained.invoiced_mrr - explained.changed_mrr - explained.billed_before_mrr - explained.credited_mrr) > {{ var('reconciliation_tolerance') }} then 'unexplained'
        when explained.billed_before_mrr > 0 then 'billed before the data begin'
        when explained.mrr = 0 then 'service ended'
        when explained.changed_mrr <> 0 then 'changed after the invoice'
        when explained.credited_mrr > 0 then 'credited'
        else 'refunded'
    end as explanation,
    cast(explained.invoices as integer) as invoices,
    cast(explained.mrr as numeric(38, 2)) as mrr,
    cast(explained.invoiced_mrr as numeric(38, 4)) as invoiced_mrr,
    cast(explained.refunded_mrr as numeric(38, 4)) as refunded_mrr,
    cast(explained.credited_mrr as numeric(38, 4)) as credited_mrr,
    cast(explained.mrr - explained.invoiced_mrr as numeric(38, 4)) as difference,
    cast(explained.changed_mrr as numeric(38, 2)) as changed_mrr,
    cast(explained.billed_before_mrr as numeric(38, 2)) as billed_before_mrr,
    cast(explained.mrr - explained.invoiced_mrr - explained.changed_mrr - explained.billed_before_mrr - explained.credited_mrr as numeric(38, 4)) as unexplained_mrr
from explained
inner join accounts on explained.account_id = accounts.account_id
