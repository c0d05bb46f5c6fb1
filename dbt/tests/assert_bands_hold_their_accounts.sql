-- Defends the bands: their first digit counts the amounts that the ARR of an account has reached, and amounts never fall.
with

accounts as (

    select
        accounts.account_id,
        accounts.revenue_band,
        case when accounts.current_mrr > 0 then 1 else 0 end
        + count(bands.amount) filter (where 12 * accounts.current_mrr >= bands.amount) as band
    from {{ ref('dim_account') }} as accounts
    left join {{ ref('dim_band') }} as bands on bands.kind = 'arr'
    group by accounts.account_id, accounts.revenue_band, accounts.current_mrr

)

select account_id as wrong
from accounts
where cast(substring(revenue_band, 1, 1) as integer) <> band
union all
select later.kind as wrong
from {{ ref('dim_band') }} as later
inner join {{ ref('dim_band') }} as earlier
    on later.kind = earlier.kind
        and later.position > earlier.position
where later.amount < earlier.amount
