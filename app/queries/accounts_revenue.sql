-- accounts with a movement of the given kind within the range (or with MRR at its end), largest first
select
    revenue.account_id,
    accounts.account_name,
    revenue.segment,
    revenue.region,
    revenue.acquisition_channel,
    cast(sum(case cast(%(movement)s as text)
        when 'new_mrr' then revenue.new_mrr
        when 'reactivation_mrr' then revenue.reactivation_mrr
        when 'expansion_mrr' then revenue.expansion_mrr
        when 'contraction_mrr' then revenue.contraction_mrr
        when 'churned_mrr' then revenue.churned_mrr
        when 'starting_mrr' then case when revenue.revenue_month = %(start)s then revenue.starting_mrr end
        else case when revenue.revenue_month = %(end)s then revenue.ending_mrr end
    end) as double precision) as amount,
    cast(sum(case when revenue.revenue_month = %(end)s then revenue.ending_mrr end) as double precision) as mrr_at_end
from marts.fct_revenue_monthly as revenue
inner join marts.dim_account as accounts on revenue.account_id = accounts.account_id
where revenue.revenue_month between %(start)s and %(end)s
    and (cast(%(reason)s as text) is null or revenue.churn_reason = %(reason)s)
    and (cast(%(segment)s as text[]) is null or revenue.segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or revenue.region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or revenue.acquisition_channel = any(%(acquisition_channel)s))
group by 1, 2, 3, 4, 5
having sum(case cast(%(movement)s as text)
        when 'new_mrr' then revenue.new_mrr
        when 'reactivation_mrr' then revenue.reactivation_mrr
        when 'expansion_mrr' then revenue.expansion_mrr
        when 'contraction_mrr' then revenue.contraction_mrr
        when 'churned_mrr' then revenue.churned_mrr
        when 'starting_mrr' then case when revenue.revenue_month = %(start)s then revenue.starting_mrr end
        else case when revenue.revenue_month = %(end)s then revenue.ending_mrr end
    end) <> 0
order by amount desc
