-- what marketing is credited with: every won deal but renewals, at its close, and every new customer, at its first paid instant
with

deals as (

    select * from {{ ref('int_deal_scopes') }}

),

movements as (

    select * from {{ ref('int_account_movements') }}

)

select
    {{ row_key(["'deal'", 'deal_id']) }} as conversion_id,
    'deal' as conversion_type,
    deal_id,
    account_id,
    segment,
    region,
    acquisition_channel,
    closed_at as converted_at,
    cast(amount as numeric(38, 2)) as won_amount,
    cast(0 as numeric(38, 2)) as new_mrr
from deals
where is_won
    and not is_renewal

union all

select
    {{ row_key(["'customer'", 'account_id']) }} as conversion_id,
    'customer' as conversion_type,
    cast(null as {{ dbt.type_string() }}) as deal_id,
    account_id,
    segment,
    region,
    acquisition_channel,
    first_paid_at as converted_at,
    cast(0 as numeric(38, 2)) as won_amount,
    cast(mrr_change as numeric(38, 2)) as new_mrr
from movements
where movement_type = 'new'
