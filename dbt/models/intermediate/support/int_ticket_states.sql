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
        when clocks.answer_run > clocks.answer_target then 'breached'
        when clocks.answer_target is null then 'no_target'
        -- closed without an answer, while there was time: nothing was broken, and nothing is due any more
        when clocks.answered_at is null and clocks.solved_at is null then 'pending'
        else 'met'
    end as first_response_state,
    case
        when clocks.solve_run > clocks.solve_target then 'breached'
        when clocks.solve_target is null then 'no_target'
        when clocks.solved_at is null then 'pending'
        else 'met'
    end as resolution_state
from clocks
inner join accounts on clocks.account_id = accounts.account_id
