{{ config(tags=['fact'], indexes=[{'columns': ['created_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

activations as (

    select * from {{ ref('int_account_activations') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    activations.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ month_of('activations.created_at') }} as created_month,
    {{ as_count('activations.is_activated is not null') }} as eligible_accounts,
    {{ as_count('activations.is_activated') }} as activated_accounts,
    activations.created_at,
    activations.activated_at
from activations
inner join accounts on activations.account_id = accounts.account_id
