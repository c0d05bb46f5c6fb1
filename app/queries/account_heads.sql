-- who the accounts of a list are
select account_id, account_name, segment, region
from marts.dim_account
where account_id = any(%(ids)s)
