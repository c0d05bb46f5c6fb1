-- accounts by their deals: won, lost or closed, created, or due and slipped on the days, or open on the as-of date
with

dated as (

    select
        *,
        case cast(%(state)s as text)
            when 'created' then cast(created_at as date)
            when 'slipped' then expected_close_date
            when 'pushed_out' then expected_close_date
            else cast(closed_at as date)
        end as day
    from marts.fct_deals

)

select
    deals.account_id,
    coalesce(accounts.account_name, 'Prospects without an account') as account_name,
    accounts.segment,
    accounts.region,
    count(*) as deals,
    sum(deals.amount) as amount,
    sum(deals.won_deals) as won_deals,
    sum(deals.won_amount) as won_amount,
    sum(deals.weighted_amount) as weighted_amount,
    max(deals.closed_at) as last_closed_at
from dated as deals
left join marts.dim_account as accounts on deals.account_id = accounts.account_id
where case cast(%(state)s as text)
        when 'open' then deals.is_open
        when 'won' then deals.is_won
        when 'lost' then deals.is_lost
        when 'slipped' then deals.slipped_deals = 1
        when 'pushed_out' then deals.slipped_deals = 1 and deals.created_at < date_trunc('week', deals.expected_close_date) + interval '1 week'
        when 'pulled_in' then deals.is_won and date_trunc('week', deals.expected_close_date) > date_trunc('week', deals.closed_at)
        else true
    end
    and (%(state)s = 'open' or deals.day between %(since)s and %(until)s)
    and case cast(%(result)s as text) when 'won' then deals.is_won when 'lost' then deals.is_lost when 'open' then deals.is_open else true end
    and (cast(%(rep)s as text[]) is null or deals.owner_id = any(%(rep)s))
    and (cast(%(stage)s as text) is null or deals.stage = %(stage)s)
    and (cast(%(loss_reason)s as text) is null or deals.loss_reason = %(loss_reason)s)
    and /* selection of deals */ true
group by 1, 2, 3, 4
order by amount desc
