-- how long accounts stayed; those that first paid by the end of the range
select
    survival.account_id,
    accounts.account_name,
    survival.segment,
    survival.region,
    survival.acquisition_channel,
    survival.is_activated,
    survival.duration_days,
    survival.observed_from_days,
    survival.is_churned,
    survival.first_paid_at,
    survival.ended_at
from marts.fct_survival as survival
inner join marts.dim_account as accounts on survival.account_id = accounts.account_id
where survival.first_paid_at < cast(%(end)s as date) + interval '1 month'
    and /* selection of survival */ true
order by survival.duration_days
