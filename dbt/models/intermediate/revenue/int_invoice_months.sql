-- an invoice spread over the months of its period: each month whose last day it covers takes an equal share
with

invoices as (

    select * from {{ ref('int_invoices') }}

),

months as (

    select * from {{ ref('int_months') }}

),

balances as (

    select * from {{ ref('int_subscription_balances') }}

),

compared as (

    -- what is billed by days or weeks is spread over its days, everything else over months
    select
        invoices.*,
        balances.mrr as mrr_when_invoiced,
        balances.paid_from,
        coalesce(balances.days_a_year, 12) as units_a_year,
        case
            when balances.days_a_year is not null then greatest(cast(invoices.period_end - invoices.period_start as integer) + 1, 1)
            else greatest({{ months_between('invoices.period_start', "invoices.period_end + interval '1' day") }}, 1)
        end as service_units
    from invoices
    left join balances
        on invoices.subscription_id = balances.subscription_id
            and balances.paid_from < invoices.period_start + interval '1' day
            and invoices.period_start <= balances.paid_to
    where invoices.status <> 'void'

),

ranked as (

    -- an invoice carries a date and not an instant: of the balances of its first day, the one it was made from
    select
        compared.*,
        row_number() over (
            partition by invoice_id
            order by abs(mrr_when_invoiced - amount * units_a_year / (12 * service_units)), paid_from desc
        ) as choice
    from compared

)

select
    ranked.invoice_id,
    ranked.subscription_id,
    ranked.account_id,
    months.month_start as revenue_month,
    ranked.period_start,
    cast(ranked.amount * ranked.units_a_year / (12 * ranked.service_units) as numeric(38, 4)) as invoiced_mrr,
    -- refunds carry tax; the part that belongs to revenue is the net share
    cast(
        ranked.refunded_amount * ranked.amount / nullif(ranked.total_amount, 0) * ranked.units_a_year / (12 * ranked.service_units)
        as numeric(38, 4)
    ) as refunded_mrr,
    cast(coalesce(ranked.mrr_when_invoiced, 0) as numeric(38, 2)) as mrr_when_invoiced
from ranked
inner join months
    on ranked.period_start <= cast(months.ends_at - interval '1' day as date)
        and ranked.period_end >= cast(months.ends_at - interval '1' day as date)
        and not months.is_opening
where ranked.choice = 1
