-- accounts whose name or key holds the text, the largest first
select account_id, account_name, segment, mrr
from marts.customer_360
where (account_name ilike '%%' || %(text)s || '%%' or account_id ilike %(text)s || '%%')
    and /* selection */ true
order by mrr desc, account_name
limit %(limit)s
