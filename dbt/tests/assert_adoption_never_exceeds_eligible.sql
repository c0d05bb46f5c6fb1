-- Defends adoption: who used a feature could use it, and every use after release is in some row.
with

used as (

    select coalesce(sum(uses), 0) as uses, coalesce(sum(using_accounts), 0) as account_count
    from {{ ref('feature_adoption') }}

),

base as (

    select coalesce(sum(uses), 0) as uses, count(*) as account_count
    from {{ ref('int_feature_account_months') }}

)

select 'more users than could' as wrong
from {{ ref('feature_adoption') }}
where using_accounts > eligible_accounts
union all
select 'uses got lost' as wrong
from used
cross join base
where used.uses is distinct from base.uses or used.account_count is distinct from base.account_count
