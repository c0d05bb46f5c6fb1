{# A stable stand-in for personal data: equal values stay equal, the value itself is not shown. #}
{% macro mask(column) -%}
    md5(lower(trim({{ column }})))
{%- endmacro %}

{# A person's initials. #}
{% macro initials(first_name, last_name) -%}
    upper(left(coalesce({{ first_name }}, ''), 1)) || '.' || upper(left(coalesce({{ last_name }}, ''), 1)) || '.'
{%- endmacro %}
