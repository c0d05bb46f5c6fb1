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
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
group by 1
order by abs(sum(difference)) desc
