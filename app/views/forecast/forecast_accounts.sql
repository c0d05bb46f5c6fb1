-- no metric knows how deals stood in a week gone by: accounts by the deals of a quarter's forecast when a week began, won in the quarter before it or open then in some stage
with

standing as (

    select
        deals.account_id,
        deals.segment,
        deals.amount,
        case
            when deals.closed_at < %(week)s then 'closed_won'
            else coalesce(stages.stage, 'prospecting')
        end as stage
    from marts.fct_deals as deals
    left join marts.fct_deal_stage_history as stages
        on deals.deal_id = stages.deal_id
            and stages.valid_from <= %(week)s
            and (stages.valid_to is null or stages.valid_to > %(week)s)
    where (cast(%(segment)s as text[]) is null or deals.segment = any(%(segment)s))
        and (
            (deals.created_at < %(week)s and (deals.closed_at is null or deals.closed_at >= %(week)s))
            or (deals.is_won and deals.closed_at < %(week)s and deals.closed_at >= %(quarter)s)
        )

)

select
    standing.account_id,
    coalesce(accounts.account_name, 'Prospects without an account') as account_name,
    standing.segment,
    count(*) as deals,
    sum(standing.amount) as amount,
    coalesce(sum(standing.amount) filter (where standing.stage = 'closed_won'), 0) as won_amount,
    coalesce(sum(standing.amount) filter (where standing.stage = 'negotiation'), 0) as negotiation_amount,
    coalesce(sum(standing.amount) filter (where standing.stage = 'proposal'), 0) as proposal_amount
from standing
left join marts.dim_account as accounts on standing.account_id = accounts.account_id
where case %(call)s
        when 'won' then standing.stage = 'closed_won'
        when 'committed' then standing.stage in ('closed_won', 'negotiation')
        when 'best_case' then standing.stage in ('closed_won', 'negotiation', 'proposal')
        else true
    end
group by 1, 2, 3
order by amount desc
