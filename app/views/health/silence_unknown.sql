-- how many paying accounts there are of whose logins nothing is known
select count(*) as accounts
from marts.churned_customers
where is_active_customer
    and days_since_login is null
    and /* selection */ true
