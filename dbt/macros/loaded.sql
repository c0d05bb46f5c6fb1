{# Whether a table of the contract has rows: what nobody loaded is unknown, not zero. Over int_loaded_sources. #}
{% macro has_rows(source_table) -%}
    coalesce(bool_or(source_table = '{{ source_table }}' and row_count > 0), false)
{%- endmacro %}

{# The first day of a table of the contract; before it nothing is known of what it tells. Over int_loaded_sources. #}
{% macro first_day_of(source_table) -%}
    min(first_date) filter (where source_table = '{{ source_table }}')
{%- endmacro %}

{# The first day of the window of which a table tells: before it what it counts is unknown, not zero. Over int_loaded_sources. #}
{% macro known_from(source_table) -%}
    min(known_from) filter (where source_table = '{{ source_table }}')
{%- endmacro %}

{# What a known thing comes to, 0 where there is none; nothing where it is not known. #}
{% macro known_count(is_known, value) -%}
    case when {{ is_known }} then coalesce({{ value }}, 0) end
{%- endmacro %}

{# 1 or 0, so that flags add up; nothing where it is not known. #}
{% macro known_flag(is_known, condition) -%}
    case when not ({{ is_known }}) then null when {{ condition }} then 1 else 0 end
{%- endmacro %}
