-- accounts whose name or key holds the text, the largest first
select account_id, account_name, segment, mrr
from marts.customer_360
where (account_name ilike '%%' || %(text)s || '%%' or account_id ilike %(text)s || '%%')
    and (cast(%(segment)s as text[]) is null or segment = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
    and (cast(%(acquisition_channel)s as text[]) is null or acquisition_channel = any(%(acquisition_channel)s))
order by mrr desc, account_name
limit %(limit)s
