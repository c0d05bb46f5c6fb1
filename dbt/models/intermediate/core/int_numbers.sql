-- 0 to 9,999: a spine that needs no engine's own generator
with

digits as (

    select cast(d as integer) as d
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as v (d)

)

select ones.d + 10 * tens.d + 100 * hundreds.d + 1000 * thousands.d as n
from digits as ones
cross join digits as tens
cross join digits as hundreds
cross join digits as thousands
