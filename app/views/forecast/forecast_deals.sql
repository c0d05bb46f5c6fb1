-- open deals due in the quarter or overdue, with their forecast category, and those that slipped
select
    deals.deal_id,
    deals.deal_name,
    deals.account_id,
    coalesce(accounts.account_name, 'Prospect without an account') as account_name,
    deals.segment,
    deals.region,
    deals.owner_name,
    deals.pipeline,
    deals.stage,
    deals.forecast_category as category,
    cast(deals.amount as double precision) as amount,
    deals.win_probability,
    deals.weighted_amount,
    deals.expected_close_date,
    cast(deals.slipped_deals as integer) as slipped,
    cast(greatest(tower.as_of_date - deals.expected_close_date, 0) as integer) as days_late,
    deals.is_overdue
from marts.fct_deals as deals
left join marts.dim_account as accounts on deals.account_id = accounts.account_id
cross join marts.dim_tower as tower
where deals.is_open
    and /* pipelines of deals */ true
    and /* selection of deals */ true
order by deals.amount desc
