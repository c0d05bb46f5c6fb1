-- every instant at which a subscription's MRR is set, changed or ended, with its step; history before the window included
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

neighbours as (

    select
        states.*,
        lag(states.paid_to) over item as previous_paid_to,
        lag(states.mrr) over item as previous_mrr,
        lag(states.product_id) over item as previous_product_id,
        lead(states.paid_from) over item as next_paid_from
    from states
    window item as (partition by states.subscription_id, states.item_id order by states.paid_from)

),

begun as (

    select
        neighbours.change_id,
        neighbours.subscription_id,
        neighbours.account_id,
        neighbours.product_id,
        -- a state that does not follow on from another starts the payment anew, whatever the ledger calls it
        case when neighbours.previous_paid_to = neighbours.paid_from then neighbours.previous_product_id end as previous_product_id,
        case when neighbours.previous_paid_to = neighbours.paid_from then neighbours.change_type else 'start' end as change_type,
        neighbours.paid_from as occurred_at,
        case when neighbours.previous_paid_to = neighbours.paid_from then neighbours.previous_mrr else 0 end as mrr_before,
        neighbours.mrr as mrr_after
    from neighbours

),

ended as (

    select
        neighbours.change_id,
        neighbours.subscription_id,
        neighbours.account_id,
        neighbours.product_id,
        neighbours.product_id as previous_product_id,
        'end' as change_type,
        neighbours.paid_to as occurred_at,
        neighbours.mrr as mrr_before,
        0 as mrr_after
    from neighbours
    inner join as_of on neighbours.paid_to < as_of.as_of_at
    where neighbours.next_paid_from is distinct from neighbours.paid_to

),

events as (

    select * from begun
    union all
    select * from ended

)

select
    change_id,
    subscription_id,
    account_id,
    product_id,
    previous_product_id,
    change_type,
    occurred_at,
    cast(mrr_before as numeric(38, 2)) as mrr_before,
    cast(mrr_after as numeric(38, 2)) as mrr_after,
    cast(mrr_after - mrr_before as numeric(38, 2)) as mrr_change
from events
{%- if is_spot() %}
-- most rates that move leave some amounts as they are
where change_type <> 'fx' or mrr_before <> mrr_after
{%- endif %}
