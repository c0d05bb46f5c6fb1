-- account × instant at which its MRR moved: everything of the same instant together, so that a plan swap is one move
-- noqa: disable=LT02
with

states as (

    select * from {{ ref('int_subscription_states') }}

),

episodes as (

    select * from {{ ref('int_paid_episodes') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

moves as (

    select
        states.account_id,
        states.paid_from as occurred_at,
        states.mrr as change,
        {{ as_count("states.change_type = 'plan_change'") }} as plan_changes
        {%- if is_spot() %},
            {{ as_count("states.change_type = 'fx'") }} as fx_changes
        {%- endif %}
    from states
    union all
    select
        states.account_id,
        states.paid_to as occurred_at,
        -states.mrr as change,
        0 as plan_changes
        {%- if is_spot() %},
            0 as fx_changes
        {%- endif %}
    from states
    cross join as_of
    where states.paid_to < as_of.as_of_at

),

netted as (

    select
        account_id,
        occurred_at,
        sum(change) as mrr_change,
        sum(plan_changes) > 0 as is_plan_change
        {%- if is_spot() %},
            sum(fx_changes) > 0 as is_fx
        {%- endif %}
    from moves
    group by account_id, occurred_at

)

select
    netted.account_id,
    netted.occurred_at,
    case
        when beginnings.episode_number = 1 then 'signed'
        when beginnings.episode_number > 1 then 'reactivation'
        when endings.episode_number is not null then 'churn'
        when netted.is_plan_change then 'plan_change'
        {%- if is_spot() %}
            when netted.is_fx then 'fx'
        {%- endif %}
        when netted.mrr_change > 0 then 'expansion'
        else 'contraction'
    end as kind,
    cast(netted.mrr_change as numeric(38, 2)) as mrr_change
from netted
left join episodes as beginnings
    on netted.account_id = beginnings.account_id
        and netted.occurred_at = beginnings.started_at
left join episodes as endings
    on netted.account_id = endings.account_id
        and netted.occurred_at = endings.ended_at
where netted.mrr_change <> 0
    or netted.is_plan_change
