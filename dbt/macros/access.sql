{# Row-level security of the mart, in the transaction that puts it in place: ops.protect_rows says what a scoped role sees. #}
{% macro protect_rows() -%}
    {%- if target.type == 'postgres' -%}
    select ops.protect_rows('{{ this.schema }}.{{ this.identifier }}', {{ model.config.meta.get('row_scope') == 'open' }})
    {%- endif -%}
{%- endmacro %}
