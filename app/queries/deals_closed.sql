-- deals closed within the range
select deal_id, segment, region, acquisition_channel, deal_type, amount, is_won, loss_reason, days_to_close, closed_month
from marts.fct_deals
where closed_month between %(start)s and %(end)s
    and /* selection */ true
