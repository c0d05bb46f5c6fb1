-- Defends MRR against the invoices: in a month with invoices, no more than 1 % of MRR differs from them without an explanation.
-- Somebody's own books may differ: there it warns, and Data health says so.
{{ config(severity=env_var('TOWER_BOOKS', 'error'), meta={'warning': 'invoices and MRR differ by more than 1 % without an explanation, in months:'}) }}
select
    revenue_month,
    sum(mrr) as mrr,
    sum(abs(unexplained_mrr)) as unexplained_mrr
from {{ ref('invoice_reconciliation') }}
group by revenue_month
having sum(invoices) > 0
    and sum(abs(unexplained_mrr)) > 0.01 * greatest(sum(mrr), sum(invoiced_mrr))
