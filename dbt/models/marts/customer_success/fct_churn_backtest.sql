{{ config(tags=['fact'], indexes=[{'columns': ['segment', 'region', 'acquisition_channel']}]) }}

with

tested as (

    select * from {{ ref('stg_scores__churn_backtest') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

health as (

    select * from {{ ref('customer_health_scores') }}

),

features as (

    select * from {{ ref('int_churn_features') }}

)

select
    {{ row_key(['tested.account_id', 'tested.snapshot_date']) }} as backtest_id,
    tested.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    tested.snapshot_date,
    features.mrr,
    tested.churn_probability,
    tested.segment_churn_rate,
    health.health_score,
    tested.has_churned_90d
from tested
inner join accounts on tested.account_id = accounts.account_id
inner join features
    on tested.account_id = features.account_id
        and tested.snapshot_date = features.snapshot_date
left join health
    on tested.account_id = health.account_id
        and tested.snapshot_date = health.snapshot_date
