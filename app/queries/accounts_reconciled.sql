-- accounts by their MRR at the end of the range beside what the invoices say
select
    reconciliation.account_id,
    accounts.account_name,
    reconciliation.segment,
    reconciliation.region,
    count(*) as subscriptions,
    sum(reconciliation.mrr) as mrr,
    sum(reconciliation.invoiced_mrr) as invoiced_mrr,
    sum(reconciliation.difference) as mrr_difference,
    sum(reconciliation.unexplained_mrr) as unexplained_mrr
from marts.invoice_reconciliation as reconciliation
inner join marts.dim_account as accounts on reconciliation.account_id = accounts.account_id
where reconciliation.revenue_month = %(end)s
    and (cast(%(explanation)s as text) is null or reconciliation.explanation = %(explanation)s)
    and /* selection of reconciliation */ true
group by 1, 2, 3, 4
order by abs(sum(reconciliation.difference)) desc, mrr desc
