{{ config(tags=['fact'], indexes=[{'columns': ['account_id', 'usage_month']}, {'columns': ['usage_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

charges as (

    select * from {{ ref('stg_billing__usage_charges') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

)

select
    charges.usage_charge_id,
    charges.subscription_id,
    charges.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    charges.product_id,
    {{ month_of('charges.period_end') }} as usage_month,
    charges.quantity,
    charges.unit_price,
    charges.amount,
    charges.period_start,
    charges.period_end,
    charges.charged_at
from charges
inner join accounts on charges.account_id = accounts.account_id
-- what was used is known once it was charged and its period is over
inner join as_of
    on charges.charged_at < as_of.as_of_at
        and charges.period_end <= as_of.as_of_date
        and charges.period_end >= as_of.data_start_date
