{# The kinds of words that a company may call its own, and what they are called where it says nothing. #}
{% macro word_kinds() -%}
    {{ return({
        'segment': 'Segment',
        'region': 'Region',
        'acquisition_channel': 'Acquisition channel',
        'plan_tier': 'Plan tier',
        'ticket_priority': 'Priority',
        'ticket_category': 'Category',
        'churn_reason': 'Reason',
        'activation_event': 'Activation event',
    }) }}
{%- endmacro %}

{# Where the words of each kind stand in the data: source and table, column. #}
{% macro places_of_words() -%}
    {{ return({
        'segment': [('crm.accounts', 'segment'), ('crm.deals', 'segment'), ('crm.targets', 'segment'), ('crm.sales_reps', 'team')],
        'region': [('crm.accounts', 'region'), ('crm.deals', 'region'), ('crm.targets', 'region'), ('crm.sales_reps', 'region')],
        'acquisition_channel': [('crm.accounts', 'acquisition_channel'), ('crm.deals', 'source_channel'), ('marketing.spend', 'channel'), ('marketing.touches', 'channel')],
        'plan_tier': [('billing.products', 'tier')],
        'ticket_priority': [('support.tickets', 'priority'), ('support.sla_policies', 'priority')],
        'ticket_category': [('support.tickets', 'category'), ('support.root_causes', 'category')],
        'churn_reason': [('billing.churn_events', 'reason_code'), ('billing.subscriptions', 'cancel_reason')],
    }) }}
{%- endmacro %}

{# A word without what people write differently: capitals, blanks and what joins its parts. #}
{% macro plain_word(column) -%}
    replace(replace(replace(lower({{ column }}), ' ', ''), '_', ''), '-', '')
{%- endmacro %}

{# Well-known priorities, the most severe first: those that everybody reads alike. #}
{% macro severity_words() -%}
    {{ return([['urgent', 'critical', 'blocker', 'p1'], ['high', 'p2'], ['normal', 'medium', 'p3'], ['low', 'p4']]) }}
{%- endmacro %}

{# Well-known categories of tickets about what does not work. #}
{% macro technical_words() -%}
    {{ return(['technical', 'technicalissue', 'technicalsupport', 'bug', 'bugs', 'bugreport', 'defect', 'error', 'incident', 'outage', 'problem']) }}
{%- endmacro %}

{# What stands for a reason that nobody said: none of anybody's own. #}
{% macro unsaid_reason() -%}
    {{ return('not said') }}
{%- endmacro %}

{# Well-known reasons that are nobody's will. Of other reasons only the company knows. #}
{% macro involuntary_words() -%}
    {{ return(['paymentfailed']) }}
{%- endmacro %}
