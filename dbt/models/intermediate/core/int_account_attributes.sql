-- what the snapshot watches, stamped with the end of the data and not with the clock
with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    accounts.account_id,
    accounts.segment,
    accounts.owner_id,
    as_of.as_of_at as observed_at
from accounts
cross join as_of
