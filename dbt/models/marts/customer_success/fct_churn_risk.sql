{{ config(tags=['fact'], indexes=[{'columns': ['segment', 'region', 'acquisition_channel']}]) }}

with

features as (

    select * from {{ ref('int_churn_features') }}

),

scores as (

    select * from {{ ref('stg_scores__churn_risk') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

plans as (

    select * from {{ ref('int_account_plans') }}

),

scored as (

    select
        features.account_id,
        features.snapshot_date,
        features.notice_date,
        features.mrr,
        case
            when features.is_leaving then 'leaving'
            when scores.churn_probability is not null then 'scored'
            else 'not scored'
        end as churn_state,
        -- notice given since the last scores is stronger than they are
        case when not features.is_leaving then scores.churn_probability end as churn_probability,
        scores.segment_churn_rate,
        scores.churn_basis,
        scores.reason_1,
        scores.reason_2,
        scores.reason_3
    from features
    left join scores on features.account_id = scores.account_id
    where features.is_latest

),

compared as (

    select
        scored.*,
        avg(churn_probability) over () as usual_probability
    from scored

)

select
    compared.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.account_name,
    accounts.owner_id,
    compared.snapshot_date as as_of_date,
    compared.churn_state,
    case
        when churn_state <> 'scored' then churn_state
        when churn_probability >= 2 * usual_probability then 'high'
        when churn_probability > usual_probability then 'raised'
        else 'usual'
    end as churn_outlook,
    compared.churn_basis,
    compared.reason_1,
    compared.reason_2,
    compared.reason_3,
    compared.notice_date,
    plans.renewal_date,
    compared.churn_probability,
    compared.segment_churn_rate,
    compared.mrr,
    cast(compared.mrr * compared.churn_probability as numeric(38, 2)) as expected_loss,
    cast(case when churn_state = 'leaving' then compared.mrr else 0 end as numeric(38, 2)) as leaving_mrr,
    {{ as_count("churn_state = 'scored'") }} as scored_customers,
    {{ as_count("churn_state = 'leaving'") }} as leaving_customers
from compared
inner join accounts on compared.account_id = accounts.account_id
left join plans on compared.account_id = plans.account_id
