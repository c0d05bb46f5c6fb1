-- names of accounts by id
select account_id, account_name
from marts.dim_account
where account_id = any(%(ids)s)
