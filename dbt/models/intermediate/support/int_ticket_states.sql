-- tickets beside the account they come from, and how the promises to them stand on the as-of date
with

clocks as (

    select * from {{ ref('int_ticket_clocks') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

)

select
    clocks.*,
    accounts.account_name,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    case
        when clocks.answer_due_at is null then 'no_target'
        when clocks.answered_at <= clocks.answer_due_at then 'met'
        when clocks.answered_at > clocks.answer_due_at or clocks.answer_due_at < clocks.as_of_at then 'breached'
        else 'pending'
    end as first_response_state,
    case
        when clocks.solve_due_at is null then 'no_target'
        when clocks.solved_at <= clocks.solve_due_at then 'met'
        when clocks.solved_at > clocks.solve_due_at or clocks.solve_due_at < clocks.as_of_at then 'breached'
        else 'pending'
    end as resolution_state
from clocks
inner join accounts on clocks.account_id = accounts.account_id
