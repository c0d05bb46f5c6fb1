-- an account's move from one plan to another, within a subscription or by a swap of two; starts and ends of service are no moves
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

words as (

    select * from {{ ref('int_words') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

plans as (

    select
        states.*,
        products.product_name,
        words.position as tier_rank
    from states
    inner join products on states.product_id = products.product_id
    left join words
        on words.kind = 'plan_tier'
            and products.tier = words.value
    where products.category = 'plan'
        and not states.is_usage

),

paired as (

    select
        later.change_id,
        later.account_id,
        later.subscription_id,
        later.paid_from as changed_at,
        earlier.product_id as from_product_id,
        earlier.product_name as from_plan,
        earlier.tier_rank as from_rank,
        earlier.mrr as mrr_before,
        later.product_id as to_product_id,
        later.product_name as to_plan,
        later.tier_rank as to_rank,
        later.mrr as mrr_after,
        -- the same item's and subscription's earlier state goes before that of another that ended at the same instant
        row_number() over (
            partition by later.change_id
            order by
                case
                    when earlier.subscription_id <> later.subscription_id then 2
                    when earlier.item_id is distinct from later.item_id then 1
                    else 0
                end,
                earlier.change_id
        ) as choice
    from plans as later
    inner join plans as earlier
        on later.account_id = earlier.account_id
            and later.paid_from = earlier.paid_to

)

select
    paired.change_id,
    paired.account_id,
    paired.subscription_id,
    {{ month_of('paired.changed_at') }} as change_month,
    paired.from_product_id,
    paired.from_plan,
    paired.to_product_id,
    paired.to_plan,
    case
        when paired.to_rank > paired.from_rank then 'upgrade'
        when paired.to_rank < paired.from_rank then 'downgrade'
        else 'lateral'
    end as direction,
    paired.mrr_before,
    paired.mrr_after,
    paired.changed_at
from paired
inner join as_of on paired.changed_at >= as_of.data_start_date
where paired.choice = 1
    and paired.from_product_id <> paired.to_product_id
