-- accounts by their deals that entered a stage within the range
select
    pipeline.account_id,
    coalesce(accounts.account_name, 'Prospects without an account') as account_name,
    accounts.segment,
    accounts.region,
    sum(pipeline.entered_deals) as entered_deals,
    sum(pipeline.progressed_deals) as progressed_deals,
    sum(pipeline.amount) as amount
from marts.fct_pipeline as pipeline
left join marts.dim_account as accounts on pipeline.account_id = accounts.account_id
where pipeline.stage not in ('closed_won', 'closed_lost')
    and pipeline.entered_month between %(start)s and %(end)s
    and (cast(%(stage)s as text) is null or pipeline.stage = %(stage)s)
    and /* selection of pipeline */ true
group by 1, 2, 3, 4
order by amount desc
