{{ config(tags=['mart'], indexes=[{'columns': ['churn_month', 'segment', 'region', 'acquisition_channel']}]) }}

with

episodes as (

    select * from {{ ref('int_episode_lookback') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

churn as (

    select * from {{ ref('fct_churn') }}

),

reasons as (

    select * from {{ ref('int_churn_reasons') }}

),

signals as (

    select * from {{ ref('int_customer_signals') }}

),

words as (

    select * from {{ ref('int_words') }}

),

-- what the customers of the segment who stayed had at the month end before
base_rates as (

    select
        accounts.segment,
        signals.snapshot_month,
        avg(signals.tickets_90d) as tickets_90d,
        avg(signals.escalated_tickets_90d) as escalated_tickets_90d,
        avg(signals.events_90d) as events_90d
    from signals
    inner join accounts on signals.account_id = accounts.account_id
    left join episodes
        on signals.account_id = episodes.account_id
            and signals.known_until_at <= episodes.ended_at
            and episodes.ended_at < signals.known_until_at + interval '1' month
    where episodes.account_id is null
    group by accounts.segment, signals.snapshot_month

)

select
    {{ row_key(['episodes.account_id', 'episodes.episode_number']) }} as churn_episode_id,
    episodes.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    accounts.account_name,
    episodes.episode_number,
    episodes.churn_month,
    coalesce(reasons.reason, '{{ unsaid_reason() }}') as reason,
    reasons.feedback_text,
    {{ days_between('episodes.started_at', 'episodes.ended_at') }} as tenure_days,
    cast(episodes.last_mrr as numeric(38, 2)) as mrr_lost,
    cast(case when episodes.is_last_of_month then coalesce(churn.churned_mrr, 0) else 0 end as numeric(38, 2)) as churned_mrr,
    episodes.tickets_90d,
    episodes.escalated_tickets_90d,
    episodes.low_csat_answers_90d,
    episodes.failed_payments_90d,
    episodes.events_90d,
    episodes.days_since_login,
    cast(base_rates.tickets_90d as {{ type_double() }}) as base_tickets_90d,
    cast(base_rates.escalated_tickets_90d as {{ type_double() }}) as base_escalated_tickets_90d,
    cast(base_rates.events_90d as {{ type_double() }}) as base_events_90d,
    episodes.is_last_of_month and churn.churn_id is not null as is_in_churned_mrr,
    words.is_voluntary,
    episodes.is_fully_observed,
    episodes.returned_at is not null as has_returned,
    episodes.started_at,
    episodes.ended_at,
    episodes.returned_at
from episodes
inner join accounts on episodes.account_id = accounts.account_id
left join churn
    on episodes.account_id = churn.account_id
        and episodes.churn_month = churn.churn_month
left join reasons
    on episodes.account_id = reasons.account_id
        and episodes.churn_month = reasons.churn_month
left join words
    on words.kind = 'churn_reason'
        and coalesce(reasons.reason, '{{ unsaid_reason() }}') = words.value
left join base_rates
    on accounts.segment = base_rates.segment
        and cast(episodes.churn_month - interval '1' month as date) = base_rates.snapshot_month
