-- no metric knows how deals stood in a week gone by: accounts by the deals of a quarter's forecast when a week began, won in the quarter before it or open then in some stage
with

standing as (

    select
        deals.account_id,
        deals.segment,
        deals.amount,
        case
            when deals.closed_at < %(week)s then 'won'
            when stays.stage is null then firsts.forecast_category
            else stages.forecast_category
        end as category
    from marts.fct_deals as deals
    left join marts.dim_stage as firsts
        on deals.pipeline = firsts.pipeline
            and firsts.position = 1
    left join marts.fct_deal_stage_history as stays
        on deals.deal_id = stays.deal_id
            and deals.pipeline = stays.pipeline
            and stays.valid_from <= %(week)s
            and (stays.valid_to is null or stays.valid_to > %(week)s)
    left join marts.dim_stage as stages
        on stays.pipeline = stages.pipeline
            and stays.stage = stages.stage
    where (cast(%(segment)s as text[]) is null or deals.segment = any(%(segment)s))
        and /* pipelines of deals */ true
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
    coalesce(sum(standing.amount) filter (where standing.category = 'won'), 0) as won_amount,
    coalesce(sum(standing.amount) filter (where standing.category = 'commit'), 0) as commit_amount,
    coalesce(sum(standing.amount) filter (where standing.category = 'best_case'), 0) as best_case_amount
from standing
left join marts.dim_account as accounts on standing.account_id = accounts.account_id
where case %(call)s
        when 'won' then standing.category = 'won'
        when 'committed' then standing.category in ('won', 'commit')
        when 'best_case' then standing.category in ('won', 'commit', 'best_case')
        else standing.category is distinct from 'omitted'
    end
group by 1, 2, 3
order by amount desc
