-- Defends the total: a month's movements add up to the change of all MRR, taken straight from the ledger's states.
with

valued as (

    select
        months.month_start,
        months.month_number,
        coalesce(sum(states.mrr), 0) as mrr
    from {{ ref('int_months') }} as months
    left join {{ ref('int_subscription_states') }} as states
        on months.ends_at > states.paid_from
            and months.ends_at <= states.paid_to
    group by 1, 2

),

moved as (

    select
        revenue_month,
        sum(new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr + coalesce(fx_mrr, 0)) as change
    from {{ ref('fct_revenue_monthly') }}
    group by 1

)

select
    later.month_start,
    later.mrr - earlier.mrr as ledger_change,
    moved.change
from valued as later
inner join valued as earlier on later.month_number = earlier.month_number + 1
left join moved on later.month_start = moved.revenue_month
where later.mrr - earlier.mrr <> coalesce(moved.change, 0)
