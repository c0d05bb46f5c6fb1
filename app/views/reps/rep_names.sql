-- the sales reps of the selection
select rep_id, rep_name || ' (' || team || ', ' || region || ')' as label
from marts.dim_sales_rep
where true
    and (cast(%(segment)s as text[]) is null or team = any(%(segment)s))
    and (cast(%(region)s as text[]) is null or region = any(%(region)s))
order by rep_name
