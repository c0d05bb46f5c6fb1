{{ config(tags=['mart']) }}

with

plan_changes as (

    select * from {{ ref('int_plan_changes') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    {{ row_key(['plan_changes.change_month', 'plan_changes.from_product_id', 'plan_changes.to_product_id', 'accounts.segment']) }} as migration_id,
    plan_changes.change_month,
    plan_changes.from_product_id,
    max(plan_changes.from_plan) as from_plan,
    plan_changes.to_product_id,
    max(plan_changes.to_plan) as to_plan,
    accounts.segment,
    max(plan_changes.direction) as direction,
    count(*) as migrations,
    cast(sum(plan_changes.mrr_before) as numeric(38, 2)) as mrr_before,
    cast(sum(plan_changes.mrr_after) as numeric(38, 2)) as mrr_after,
    cast(sum(plan_changes.mrr_after - plan_changes.mrr_before) as numeric(38, 2)) as mrr_change
from plan_changes
inner join accounts on plan_changes.account_id = accounts.account_id
group by plan_changes.change_month, plan_changes.from_product_id, plan_changes.to_product_id, accounts.segment
