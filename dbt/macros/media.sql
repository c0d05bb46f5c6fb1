{# What of a row of spend went to media: all, where it does not say otherwise. #}
{% macro media_amount(spend='spend') -%}
    case when {{ spend }}.cost_type <> 'media' then 0 else {{ spend }}.amount end
{%- endmacro %}
