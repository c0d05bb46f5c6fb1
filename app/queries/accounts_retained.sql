-- accounts that paid twelve months, or one month, before the end of a month: what they paid then and at its end
with

based as (

    select
        account_id,
        segment,
        region,
        acquisition_channel,
        case cast(%(months_back)s as integer) when 12 then mrr_base_12m else starting_mrr end as mrr_before,
        ending_mrr as mrr_now
    from marts.fct_revenue_monthly
    where revenue_month = %(end)s
        and /* selection */ true

)

select
    based.account_id,
    accounts.account_name,
    based.segment,
    based.region,
    based.acquisition_channel,
    based.mrr_before,
    based.mrr_now,
    least(based.mrr_before, based.mrr_now) as mrr_kept,
    based.mrr_now - based.mrr_before as mrr_change
from based
inner join marts.dim_account as accounts on based.account_id = accounts.account_id
where based.mrr_before > 0
order by mrr_change
