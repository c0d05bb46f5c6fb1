-- one row per account that ever paid: first paid instant and the end of its last paid state
with

states as (

    select * from {{ ref('int_subscription_states') }}

)

select
    account_id,
    min(paid_from) as first_paid_at,
    max(paid_to) as last_paid_to
from states
group by account_id
