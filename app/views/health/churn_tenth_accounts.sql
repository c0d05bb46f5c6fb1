-- no metric ranks scores: accounts by their month ends in a tenth of the churn probability, and whether they left within 90 days
with

ranked as (

    select
        account_id,
        churn_probability,
        has_churned_90d,
        ntile(10) over (partition by snapshot_date order by churn_probability desc, account_id) as tenth
    from marts.fct_churn_backtest
    where /* selection */ true

)

select
    ranked.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    count(*) as customer_months,
    count(*) filter (where ranked.has_churned_90d) as months_before_churn,
    sum(ranked.churn_probability) as expected_churns,
    accounts.current_mrr
from ranked
inner join marts.dim_account as accounts on ranked.account_id = accounts.account_id
where ranked.tenth = %(tenth)s
group by 1, 2, 3, 4, accounts.current_mrr
order by months_before_churn desc, customer_months desc
