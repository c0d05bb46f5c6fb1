-- Defends the history of accounts: every account has one version in force, equal to the account of today, and no two overlap or leave a gap.
with

history as (

    select
        account_id,
        segment,
        owner_id,
        is_current,
        valid_to,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from
    from {{ ref('dim_account_history') }}

),

in_force as (

    select *
    from history
    where is_current

)

select account_id
from history
where valid_to <> coalesce(next_valid_from, cast('9999-01-01' as timestamp))
union all
select accounts.account_id
from {{ ref('dim_account') }} as accounts
left join in_force on accounts.account_id = in_force.account_id
where accounts.segment is distinct from in_force.segment
    or accounts.owner_id is distinct from in_force.owner_id
