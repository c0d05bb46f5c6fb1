-- MRR against the invoices spread over their months, for the last month of the range
select
    explanation,
    count(*) as subscriptions,
    cast(sum(mrr) as double precision) as mrr,
    cast(sum(invoiced_mrr) as double precision) as invoiced_mrr,
    cast(sum(difference) as double precision) as difference,
    cast(sum(unexplained_mrr) as double precision) as unexplained_mrr
from marts.invoice_reconciliation
where revenue_month = %(end)s
    and /* selection */ true
group by 1
order by abs(sum(difference)) desc
