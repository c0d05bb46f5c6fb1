-- accounts with a movement of the given kind within the range (or with MRR at its end), largest first
with

picked as (

    select
        account_id,
        segment,
        region,
        acquisition_channel,
        case cast(%(movement)s as text)
            when 'new_mrr' then new_mrr
            when 'reactivation_mrr' then reactivation_mrr
            when 'expansion_mrr' then expansion_mrr
            when 'contraction_mrr' then contraction_mrr
            when 'churned_mrr' then churned_mrr
            when 'starting_mrr' then case when revenue_month = %(start)s then starting_mrr end
            else case when revenue_month = %(end)s then ending_mrr end
        end as amount,
        case when revenue_month = %(end)s then ending_mrr end as mrr_at_end
    from marts.fct_revenue_monthly
    where revenue_month between %(start)s and %(end)s
        and (cast(%(reason)s as text) is null or churn_reason = %(reason)s)
        and /* selection */ true

)

select
    picked.account_id,
    accounts.account_name,
    picked.segment,
    picked.region,
    picked.acquisition_channel,
    sum(picked.amount) as amount,
    sum(picked.mrr_at_end) as mrr_at_end
from picked
inner join marts.dim_account as accounts on picked.account_id = accounts.account_id
group by 1, 2, 3, 4, 5
having sum(picked.amount) <> 0
order by amount desc
