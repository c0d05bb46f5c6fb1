-- accounts by their deals: won, lost or closed and created within the range, or open on the as-of date
select
    deals.account_id,
    coalesce(accounts.account_name, 'Prospects without an account') as account_name,
    accounts.segment,
    accounts.region,
    count(*) as deals,
    sum(deals.amount) as amount,
    max(deals.closed_at) as last_closed_at
from marts.fct_deals as deals
left join marts.dim_account as accounts on deals.account_id = accounts.account_id
where case cast(%(state)s as text)
        when 'open' then deals.is_open
        when 'created' then deals.created_month between %(start)s and %(end)s
        when 'won' then deals.is_won and deals.closed_month between %(start)s and %(end)s
        when 'lost' then deals.is_lost and deals.closed_month between %(start)s and %(end)s
        else deals.closed_month between %(start)s and %(end)s
    end
    and (cast(%(stage)s as text) is null or deals.stage = %(stage)s)
    and (cast(%(loss_reason)s as text) is null or deals.loss_reason = %(loss_reason)s)
    and /* selection of deals */ true
group by 1, 2, 3, 4
order by amount desc
