-- new customers of the range by whether they activated in time: how many still pay
/* needs product.events.activation */
select
    case when s.is_activated then 'Activated in 14 days' else 'Not activated' end as activation,
    count(*) as accounts,
    count(*) filter (where not s.is_churned) as still_paying
from marts.fct_survival as s
where s.is_activated is not null
    and s.first_paid_at >= %(start)s
    and s.first_paid_at < cast(%(end)s as date) + interval '1 month'
    and /* selection */ true
group by 1
