-- accounts whose name contains the text, those that begin with it first
select account_id, account_name, segment, region, lifecycle_stage
from marts.dim_account
where account_name ilike %(pattern)s escape '\'
order by account_name not ilike %(prefix)s escape '\', is_active_customer desc, account_name
limit %(most)s
