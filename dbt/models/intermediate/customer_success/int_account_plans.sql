-- one row per account that pays as of the as-of date: its plan, seats, billing and next renewal
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

current_states as (

    select
        states.account_id,
        states.mrr,
        products.product_name,
        products.category,
        products.tier,
        states.quantity,
        states.interval_count,
        states.interval_unit,
        cast(coalesce(subscriptions.trial_ended_at, subscriptions.started_at) as date) as anchor_date,
        {{ months_between('coalesce(subscriptions.trial_ended_at, subscriptions.started_at)', 'as_of.as_of_date') }} as months_paid,
        as_of.as_of_date,
        row_number() over (
            partition by states.account_id
            order by products.category desc, states.mrr desc, states.subscription_id, {{ arrival('states.change_id') }}
        ) as choice
    from states
    cross join as_of
    inner join subscriptions on states.subscription_id = subscriptions.subscription_id
    inner join products on states.product_id = products.product_id
    where states.paid_to >= as_of.as_of_at

),

main_plans as (

    -- terms are whole months, or whole days where the interval is counted in days or weeks
    select
        current_states.*,
        case interval_unit when 'month' then interval_count when 'year' then 12 * interval_count else 0 end as term_months,
        case interval_unit when 'day' then interval_count when 'week' then 7 * interval_count else 0 end as term_days,
        cast(as_of_date - anchor_date as integer) as days_paid
    from current_states
    where choice = 1

),

turned as (

    select
        main_plans.*,
        case
            when term_months > 0 then cast(anchor_date + (months_paid - mod(months_paid, term_months)) * interval '1' month as date)
            else cast(anchor_date + (days_paid - mod(days_paid, term_days)) * interval '1' day as date)
        end as turn_date
    from main_plans

),

held as (

    select
        account_id,
        count(distinct product_name) as products_held,
        {{ dbt.listagg('product_name', "', '", 'order by product_name') }} as product_names
    from (select distinct account_id, product_name from current_states) as holdings
    group by account_id

)

select
    turned.account_id,
    turned.product_name as plan_name,
    turned.tier as plan_tier,
    {{ interval_name('turned.interval_count', 'turned.interval_unit') }} as billing_interval,
    turned.quantity as seats,
    held.products_held,
    held.product_names,
    case
        when turned.turn_date > turned.as_of_date then turned.turn_date
        when turned.term_months > 0 then cast(turned.turn_date + turned.term_months * interval '1' month as date)
        else cast(turned.turn_date + turned.term_days * interval '1' day as date)
    end as renewal_date
from turned
inner join held on turned.account_id = held.account_id
