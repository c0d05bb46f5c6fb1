{# The schema is exactly what the configuration says: staging, intermediate, and candidate, in which marts wait until they are published. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
