{# The weighted mean of the four parts, each 0 to 100: usage 30 %, support 20 %, revenue 25 %, engagement 25 %. #}
{% macro health_score(usage, support, revenue, engagement) -%}
    cast(round(0.30 * {{ usage }} + 0.20 * {{ support }} + 0.25 * {{ revenue }} + 0.25 * {{ engagement }}, 1) as numeric(5, 1))
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
