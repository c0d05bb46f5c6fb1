-- the categories of tickets
select category
from marts.fct_tickets
group by 1
order by 1
