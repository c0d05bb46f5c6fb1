-- deals open, or created or closed within the months
select deal_id, deal_name, deal_type, stage, amount, win_probability, owner_name, created_at, expected_close_date, closed_at, loss_reason
from marts.fct_deals
where account_id = %(account)s
    and (is_open or created_month between %(since)s and %(end)s or closed_month between %(since)s and %(end)s)
order by is_open desc, created_at desc
