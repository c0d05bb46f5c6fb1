{# The four parts of health and the weight of each. #}
{% macro health_weights() -%}
    {{ return({'usage': 0.30, 'support': 0.20, 'revenue': 0.25, 'engagement': 0.25}) }}
{%- endmacro %}

{# The weighted mean, 0 to 100, of the parts that are there: their weights share what the others would have had. Nothing where none is. #}
{% macro health_score() -%}
    cast(round(cast(
        ({% for part, weight in health_weights().items() %}{{ weight }} * coalesce({{ part }}_score, 0){{ ' + ' if not loop.last }}{% endfor %})
        / nullif({% for part, weight in health_weights().items() %}case when {{ part }}_score is null then 0 else {{ weight }} end{{ ' + ' if not loop.last }}{% endfor %}, 0)
        as numeric(14, 8)
    ), 1) as numeric(5, 1))
{%- endmacro %}

{# The parts that a score rests on, in words; nothing where there is no score. #}
{% macro health_rests_on() -%}
    nullif(concat_ws(', '{% for part in health_weights() %}, case when {{ part }}_score is not null then '{{ part }}' end{% endfor %}), '')
{%- endmacro %}

{# Why nothing is known of the use of an account. #}
{% macro usage_lacking() -%}
    case
        when not has_usage then 'Needs product.events and product.users'
        when user_count = 0 then 'None of its users is known'
        else 'No product event is known of that time'
    end
{%- endmacro %}

{# What is said of the part that pulls health down most: what it lacks times its weight. #}
{% macro main_health_reason() -%}
    {%- set pulls = {} -%}
    {%- for part, weight in health_weights().items() -%}{%- do pulls.update({part: weight ~ ' * (100 - coalesce(' ~ part ~ '_score, 100))'}) -%}{%- endfor -%}
    case
        when health_score is null then null
        {% for part, pull in pulls.items() %}when {{ part }}_score is not null and {{ pull }} = greatest({{ pulls.values() | join(', ') }}) then {{ part }}_reason
        {% endfor %}end
{%- endmacro %}

{# Healthy from one score on, at risk below another, to be watched between; nothing without a score. #}
{% macro health_tier(score) -%}
    {%- set healthy_from, at_risk_below = 70, 40 -%}
    case
        when {{ score }} is null then null
        when {{ score }} >= {{ healthy_from }} then 'healthy'
        when {{ score }} < {{ at_risk_below }} then 'at_risk'
        else 'watch'
    end
{%- endmacro %}

{# What takes points from the 100 of each part of health: the most that a driver can take, and what it takes for each case. #}
{% macro health_rules() -%}
    {{ return({
        'usage': {
            'working_days': 20,
            'density_most': 70, 'density_full': 0.5,
            'trend_most': 30, 'trend_from': 0.9, 'trend_span': 0.6,
        },
        'support': {
            'users_per_usual_ticket': 4,
            'volume_most': 60, 'volume_each': 20,
            'escalation_most': 40, 'escalation_each': 20,
            'breach_most': 30, 'breach_each': 10,
            'csat_most': 30, 'csat_each': 15, 'csat_full': 4,
        },
        'revenue': {
            'still': 25, 'shrinking_from': 35, 'shrinking_each': 200, 'shrinking_most': 70,
            'failed_payment_most': 36, 'failed_payment_each': 12,
            'overdue_most': 50, 'overdue_each': 25,
        },
        'engagement': {
            'login_most': 50, 'login_each_day': 2, 'login_free_days': 3,
            'share_most': 30,
            'feature_most': 20, 'feature_full': 10,
            'activation_most': 30,
            'sentiment': 15,
        },
    }) }}
{%- endmacro %}

{# What makes a paying account a risk: when a flag rises, what each adds to what health lacks, and from which score a level begins. #}
{% macro risk_rules() -%}
    {{ return({
        'falling_usage_below': 0.7,
        'least_events': 20,
        'failed_payments': 2,
        'points_each_flag': 6,
        'levels': {'critical': 50, 'high': 40, 'medium': 30},
    }) }}
{%- endmacro %}

{# What makes silence a risk: the points of days without login, of use that fell, of open tickets and unpaid bills; and the levels. #}
{% macro inactivity_rules() -%}
    {{ return({
        'silence_most': 60, 'silence_free_days': 7, 'silence_full_days': 90,
        'usage_most': 20,
        'ticket_most': 10, 'ticket_each': 5,
        'payment_most': 10, 'payment_each': 5,
        'levels': {'critical': 75, 'high': 50, 'medium': 25, 'low': 10},
    }) }}
{%- endmacro %}

{# The name of the highest level that a score reaches; `lowest` below all of them, nothing without a score. #}
{% macro level_of(score, levels, lowest) -%}
    case when {{ score }} is null then null {% for level, least in levels.items() %}when {{ score }} >= {{ least }} then '{{ level }}' {% endfor %}else '{{ lowest }}' end
{%- endmacro %}

{# What is left of 100 points, to one decimal; the score can not fall below 0. #}
{% macro points_left(lost) -%}
    cast(round(cast(greatest(0, 100 - ({{ lost }})) as numeric(10, 4)), 1) as numeric(5, 1))
{%- endmacro %}

{# A whole number as words of a sentence hold it. #}
{% macro in_words(number) -%}
    cast(cast(round({{ number }}) as numeric(38, 0)) as varchar(40))
{%- endmacro %}
