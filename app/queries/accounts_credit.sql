-- accounts whose new MRR or won deals within the range a model credits to a channel or campaign
select
    credits.account_id,
    coalesce(accounts.account_name, 'Prospects without an account') as account_name,
    credits.segment,
    credits.region,
    count(*) as touches,
    sum(credits.new_mrr) as new_mrr,
    sum(credits.won_amount) as won_amount
from marts.attribution as credits
left join marts.dim_account as accounts on credits.account_id = accounts.account_id
where credits.attribution_model = %(model)s
    and credits.conversion_month between %(start)s and %(end)s
    and (cast(%(touch_channel)s as text) is null or credits.channel = %(touch_channel)s)
    and (cast(%(campaign)s as text) is null or coalesce(credits.campaign, '') = %(campaign)s)
    and /* selection of credits */ true
group by 1, 2, 3, 4
having sum(credits.new_mrr) <> 0 or sum(credits.won_amount) <> 0
order by new_mrr desc, won_amount desc
