-- paying account × month: whether it still pays three months later; unknown, so no row, until those months are over
with

mrr as (

    select * from {{ ref('int_account_mrr_monthly') }}

)

select
    mrr.account_id,
    mrr.revenue_month,
    {{ as_count('later.mrr > 0') }} as retained,
    {{ as_count('later.mrr = 0') }} as churned
from mrr
inner join mrr as later
    on mrr.account_id = later.account_id
        and mrr.month_number + 3 = later.month_number
where mrr.mrr > 0
    and not mrr.is_opening
    and not later.is_partial_month
