{% set dated_by = {
    'crm.accounts': 'created_at',
    'crm.contacts': 'created_at',
    'crm.sales_reps': 'hired_at',
    'crm.deals': 'created_at',
    'crm.deal_stage_history': 'entered_at',
    'crm.activities': 'occurred_at',
    'crm.targets': 'target_month',
    'billing.products': none,
    'billing.subscriptions': 'started_at',
    'billing.subscription_changes': 'effective_at',
    'billing.invoices': 'invoice_date',
    'billing.payments': 'attempted_at',
    'billing.orders': 'ordered_at',
    'billing.order_items': none,
    'billing.usage_charges': 'charged_at',
    'billing.churn_events': 'churned_at',
    'product.users': 'created_at',
    'product.features': 'released_at',
    'product.releases': 'released_at',
    'support.tickets': 'created_at',
    'support.ticket_status_history': 'entered_at',
    'support.root_causes': none,
    'support.sla_policies': none,
    'marketing.spend': 'spend_date',
    'marketing.touches': 'touched_at',
} %}

-- one row per table of the contract, and per kind of product event that something rests on: its rows and their days
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

events as (

    select
        count(*) as row_count,
        count(*) filter (where event_type = 'login') as logins,
        count(*) filter (where feature_id is not null) as feature_uses,
        cast(min(occurred_at) as date) as first_date,
        cast(max(occurred_at) as date) as last_date
    from {{ ref('stg_product__events') }}

),

activations as (

    select
        count(activated_at) as row_count,
        cast(min(activated_at) as date) as first_date,
        cast(max(activated_at) as date) as last_date
    from {{ ref('int_user_first_events') }}

),

counted as (

    {% for source_table, column in dated_by.items() -%}
        select
            '{{ source_table }}' as source_table,
            count(*) as row_count,
            cast({{ 'min(' ~ column ~ ')' if column else 'null' }} as date) as first_date,
            cast({{ 'max(' ~ column ~ ')' if column else 'null' }} as date) as last_date
        from {{ ref('stg_' ~ source_table | replace('.', '__')) }}
        union all
    {% endfor -%}
    select 'product.events' as source_table, row_count, first_date, last_date from events
    union all
    select 'product.events.login' as source_table, logins as row_count, first_date, last_date from events
    union all
    select 'product.events.feature' as source_table, feature_uses as row_count, first_date, last_date from events
    union all
    select 'product.events.activation' as source_table, row_count, first_date, last_date from activations

)

select
    counted.source_table,
    counted.row_count,
    counted.first_date,
    counted.last_date,
    -- a quiet first day or two are no absence, a quiet first month is
    case
        when {{ month_of('counted.first_date') }} > {{ month_of('as_of.data_start_date') }} then counted.first_date
        when counted.first_date is not null then as_of.data_start_date
    end as known_from
from counted
cross join as_of
