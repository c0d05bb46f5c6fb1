{{ config(tags=['fact'], indexes=[{'columns': ['account_id']}, {'columns': ['order_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

lines as (

    select * from {{ ref('fct_order_lines') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

totals as (

    select
        order_id,
        count(*) as lines,
        sum(quantity) as units,
        sum(gross_value) as gross_value,
        sum(cost) as cost
    from lines
    group by order_id

),

known as (

    select
        orders.order_id,
        orders.account_id,
        orders.discount,
        orders.tax,
        orders.ordered_at,
        case when orders.shipped_at < as_of.as_of_at then orders.shipped_at end as shipped_at,
        case when orders.delivered_at < as_of.as_of_at then orders.delivered_at end as delivered_at,
        orders.status = 'cancelled' as is_cancelled,
        coalesce(totals.lines, 0) as lines,
        coalesce(totals.units, 0) as units,
        coalesce(totals.gross_value, 0) as gross_value,
        coalesce(totals.gross_value, 0) - orders.discount as net_value,
        coalesce(totals.cost, 0) as cost
    from orders
    inner join as_of on orders.ordered_at < as_of.as_of_at
    left join totals on orders.order_id = totals.order_id

)

select
    known.order_id,
    known.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('known.ordered_at') }} as order_month,
    case
        when known.is_cancelled then 'cancelled'
        when known.delivered_at is not null then 'delivered'
        when known.shipped_at is not null then 'shipped'
        else 'open'
    end as fulfilment_state,
    cast(known.lines as integer) as lines,
    cast(known.units as bigint) as units,
    cast(known.gross_value as numeric(38, 2)) as gross_value,
    known.discount,
    cast(known.net_value as numeric(38, 2)) as net_value,
    known.tax,
    cast(known.net_value + known.tax as numeric(38, 2)) as total_value,
    cast(known.cost as numeric(38, 2)) as cost,
    -- a cancelled order sells nothing
    {{ as_count('not known.is_cancelled') }} as sold_orders,
    cast(case when known.is_cancelled then 0 else known.net_value end as numeric(38, 2)) as sold_value,
    cast(case when known.is_cancelled then 0 else known.cost end as numeric(38, 2)) as sold_cost,
    cast(case when known.is_cancelled then 0 else known.net_value - known.cost end as numeric(38, 2)) as gross_profit,
    {{ days_between('known.ordered_at', 'known.shipped_at') }} as days_to_ship,
    {{ days_between('known.ordered_at', 'known.delivered_at') }} as days_to_deliver,
    known.is_cancelled,
    known.ordered_at,
    known.shipped_at,
    known.delivered_at
from known
inner join accounts on known.account_id = accounts.account_id
