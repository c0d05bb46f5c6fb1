-- deals closed within the range
select account_id, deal_id, deal_name, segment, region, acquisition_channel, deal_type, amount, is_won, loss_reason, days_to_close, closed_month
from marts.fct_deals
where closed_month between %(start)s and %(end)s
    and /* pipelines */ true
    and /* selection */ true
order by amount desc
