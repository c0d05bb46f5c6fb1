{# The four parts of health and the weight of each. #}
{% macro health_weights() -%}
    {{ return({'usage': 0.30, 'support': 0.20, 'revenue': 0.25, 'engagement': 0.25}) }}
{%- endmacro %}

{# The weighted mean of the four parts, each 0 to 100. #}
{% macro health_score() -%}
    cast(round({% for part, weight in health_weights().items() %}{{ weight }} * {{ part }}_score{{ ' + ' if not loop.last }}{% endfor %}, 1) as numeric(5, 1))
{%- endmacro %}

{# What is said of the part that pulls health down most: what it lacks times its weight. #}
{% macro main_health_reason() -%}
    {%- set pulls = {} -%}
    {%- for part, weight in health_weights().items() -%}{%- do pulls.update({part: weight ~ ' * (100 - ' ~ part ~ '_score)'}) -%}{%- endfor -%}
    case greatest({{ pulls.values() | join(', ') }})
        {% for part, pull in pulls.items() %}when {{ pull }} then {{ part }}_reason
        {% endfor %}end
{%- endmacro %}

{# Healthy from 70, at risk below 40, to be watched between. #}
{% macro health_tier(score) -%}
    case when {{ score }} >= 70 then 'healthy' when {{ score }} < 40 then 'at_risk' else 'watch' end
{%- endmacro %}

{# What is left of 100 points, to one decimal; the score can not fall below 0. #}
{% macro points_left(lost) -%}
    cast(round(cast(greatest(0, 100 - ({{ lost }})) as numeric(10, 4)), 1) as numeric(5, 1))
{%- endmacro %}

{# A whole number as words of a sentence hold it. #}
{% macro in_words(number) -%}
    cast(cast(round({{ number }}) as integer) as varchar(20))
{%- endmacro %}
