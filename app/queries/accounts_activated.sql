-- new customers of the range, whether they activated in time and still pay
select
    survival.account_id,
    accounts.account_name,
    survival.segment,
    survival.region,
    survival.first_paid_at,
    not survival.is_churned as is_still_paying,
    accounts.current_mrr
from marts.fct_survival as survival
inner join marts.dim_account as accounts on survival.account_id = accounts.account_id
where survival.is_activated = (%(activation)s = 'Activated in 14 days')
    and survival.first_paid_at >= %(start)s
    and survival.first_paid_at < cast(%(end)s as date) + interval '1 month'
    and /* selection of survival */ true
order by is_still_paying, accounts.current_mrr desc
