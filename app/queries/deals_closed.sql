-- deals closed within the range
select deal_id, segment, region, acquisition_channel, deal_type, amount, is_won, loss_reason, days_to_close, closed_month
from marts.fct_deals
where closed_month between %(start)s and %(end)s
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
