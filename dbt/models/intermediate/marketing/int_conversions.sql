-- what marketing is credited with: every won deal, at its close, and every new customer, at its first paid instant
with

deals as (

    select * from {{ ref('int_deal_scopes') }}

),

revenue as (

    select * from {{ ref('fct_revenue_monthly') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

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
    amount as won_amount,
    cast(0 as numeric(18, 2)) as new_mrr
from deals
where is_won

union all

select
    {{ row_key(["'customer'", 'revenue.account_id']) }} as conversion_id,
    'customer' as conversion_type,
    cast(null as {{ dbt.type_string() }}) as deal_id,
    revenue.account_id,
    revenue.segment,
    revenue.region,
    revenue.acquisition_channel,
    accounts.first_paid_at as converted_at,
    cast(0 as numeric(18, 2)) as won_amount,
    revenue.new_mrr
from revenue
inner join accounts on revenue.account_id = accounts.account_id
where revenue.movement_type = 'new'
