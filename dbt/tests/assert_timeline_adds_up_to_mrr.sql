-- Defends the timeline: everything that ever moved an account's MRR adds up to what it pays on the as-of date.
with

moved as (

    select account_id, sum(amount) as mrr
    from {{ ref('account_timeline') }}
    where kind in ('signed', 'plan_change', 'expansion', 'contraction', 'churn', 'reactivation', 'fx')
    group by account_id

)

select accounts.account_id, accounts.current_mrr, moved.mrr
from {{ ref('dim_account') }} as accounts
left join moved on accounts.account_id = moved.account_id
where accounts.current_mrr <> coalesce(moved.mrr, 0)
