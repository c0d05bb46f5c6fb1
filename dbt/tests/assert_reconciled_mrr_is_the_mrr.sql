-- Defends the reconciliation: its MRR by account and month is that of the monthly mart without usage, reached without it.
with

reconciled as (

    select
        account_id,
        revenue_month,
        sum(mrr) as mrr
    from {{ ref('invoice_reconciliation') }}
    group by 1, 2

),

monthly as (

    select
        account_id,
        revenue_month,
        ending_mrr - usage_mrr as mrr
    from {{ ref('fct_revenue_monthly') }}

)

select *
from reconciled
full outer join monthly
    on reconciled.account_id = monthly.account_id
        and reconciled.revenue_month = monthly.revenue_month
where coalesce(reconciled.mrr, 0) <> coalesce(monthly.mrr, 0)
