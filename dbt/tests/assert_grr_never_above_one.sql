-- Defends the cap of gross retention: no account keeps more than it had.
select *
from {{ ref('fct_revenue_monthly') }}
where mrr_retained_capped_12m > mrr_base_12m
    or mrr_retained_capped_12m > mrr_retained_12m
