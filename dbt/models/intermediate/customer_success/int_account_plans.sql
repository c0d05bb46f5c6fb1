-- one row per account that pays as of the as-of date: its plan, seats, billing and next renewal
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

changes as (

    select * from {{ ref('stg_billing__subscription_changes') }}

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
        changes.quantity,
        changes.billing_interval,
        changes.months_in_interval,
        cast(coalesce(subscriptions.trial_ended_at, subscriptions.started_at) as date) as anchor_date,
        {{ months_between('coalesce(subscriptions.trial_ended_at, subscriptions.started_at)', 'as_of.as_of_date') }} as months_paid,
        as_of.as_of_date,
        row_number() over (
            partition by states.account_id
            order by products.category desc, states.mrr desc, states.subscription_id
        ) as choice
    from states
    cross join as_of
    inner join changes on states.change_id = changes.change_id
    inner join subscriptions on states.subscription_id = subscriptions.subscription_id
    inner join products on states.product_id = products.product_id
    where states.paid_to >= as_of.as_of_at

),

main_plans as (

    select
        current_states.*,
        cast(anchor_date + (months_paid - mod(months_paid, months_in_interval)) * interval '1' month as date) as turn_date
    from current_states
    where choice = 1

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
    main_plans.account_id,
    main_plans.product_name as plan_name,
    main_plans.tier as plan_tier,
    main_plans.billing_interval,
    main_plans.quantity as seats,
    held.products_held,
    held.product_names,
    case
        when main_plans.turn_date > main_plans.as_of_date then main_plans.turn_date
        else cast(main_plans.turn_date + main_plans.months_in_interval * interval '1' month as date)
    end as renewal_date
from main_plans
inner join held on main_plans.account_id = held.account_id
