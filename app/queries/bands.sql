-- the amounts that accounts and products are classed by
select kind, position, amount, is_declared
from marts.dim_band
order by kind, position
