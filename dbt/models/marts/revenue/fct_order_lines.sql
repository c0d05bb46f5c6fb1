{{ config(tags=['fact'], indexes=[{'columns': ['order_id']}, {'columns': ['order_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

items as (

    select * from {{ ref('stg_billing__order_items') }}

),

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

priced as (

    -- the lines are written in the currency of their order
    select
        items.order_item_id,
        items.order_id,
        items.product_id,
        items.quantity,
        {{ reporting('items.unit_price', 'orders.currency', 'orders.ordered_at') }} as unit_price,
        {{ reporting('items.unit_cost', 'orders.currency', 'orders.ordered_at') }} as unit_cost,
        cast({{ reporting('items.quantity * items.unit_price', 'orders.currency', 'orders.ordered_at') }} as numeric(38, 2)) as line_value,
        cast({{ reporting('items.quantity * items.unit_cost', 'orders.currency', 'orders.ordered_at') }} as numeric(38, 2)) as line_cost
    from items
    inner join orders on items.order_id = orders.order_id

),

valued as (

    select
        items.*,
        orders.account_id,
        orders.ordered_at,
        orders.discount,
        orders.tax,
        orders.status = 'cancelled' as is_cancelled,
        sum(items.line_value) over (partition by items.order_id) as order_value,
        sum(items.line_value) over (partition by items.order_id order by items.order_item_id rows between unbounded preceding and current row) as value_so_far
    from priced as items
    inner join orders on items.order_id = orders.order_id
    inner join as_of on orders.ordered_at < as_of.as_of_at

),

shared as (

    -- discount and tax of the order fall on its lines by value; rounding the running share keeps their sum to the cent
    select
        valued.*,
        case when order_value = 0 then 0 else
                round(discount * value_so_far / order_value, 2) - round(discount * (value_so_far - line_value) / order_value, 2)
        end as line_discount,
        case when order_value = 0 then 0 else
                round(tax * value_so_far / order_value, 2) - round(tax * (value_so_far - line_value) / order_value, 2)
        end as line_tax
    from valued

)

select
    shared.order_item_id,
    shared.order_id,
    shared.product_id,
    shared.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('shared.ordered_at') }} as order_month,
    shared.quantity,
    shared.unit_price,
    shared.unit_cost,
    shared.line_value as gross_value,
    cast(shared.line_discount as numeric(38, 2)) as discount,
    cast(shared.line_value - shared.line_discount as numeric(38, 2)) as net_value,
    cast(shared.line_tax as numeric(38, 2)) as tax,
    shared.line_cost as cost,
    -- a cancelled order sells nothing
    cast(case when shared.is_cancelled then 0 else shared.line_value - shared.line_discount end as numeric(38, 2)) as sold_value,
    cast(case when shared.is_cancelled then 0 else shared.line_cost end as numeric(38, 2)) as sold_cost,
    cast(case when shared.is_cancelled then 0 else shared.line_value - shared.line_discount - shared.line_cost end as numeric(38, 2)) as gross_profit,
    shared.is_cancelled,
    shared.ordered_at
from shared
inner join accounts on shared.account_id = accounts.account_id
