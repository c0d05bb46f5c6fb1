-- the window of a published build
select
    as_of_date,
    data_start_date,
    first_month,
    last_month,
    is_last_month_partial,
    (select fiscal_year_first_month from marts.dim_company) as fiscal_year_first_month
from marts.dim_tower
