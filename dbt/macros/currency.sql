{# An amount in the reporting currency: at the one rate that its currency has for the whole of history. Where all is in one currency it is the amount itself. #}
{% macro reporting(amount, currency='currency') -%}
    {%- set rates = fromjson(var('fx_rates')) -%}
    {%- if not rates -%} {{ amount }} {%- else -%}
        ({{ amount }}) * case upper({{ currency }}) {% for code, rate in rates.items() %}when '{{ code }}' then {{ rate }} {% endfor %}else 1 end
    {%- endif -%}
{%- endmacro %}

{# The same for a column of a staging view, under its own name and with so many decimals. #}
{% macro reporting_column(amount, places=2) -%}
    {%- if not fromjson(var('fx_rates')) -%} {{ amount }}
    {%- else -%} cast(round({{ reporting(amount) }}, {{ places }}) as numeric({{ 18 if places == 2 else 38 }}, {{ places }})) as {{ amount }}
    {%- endif -%}
{%- endmacro %}

{# A column whose sum with the one beside it is an amount of its own: both of these are rounded, the column is what is left. #}
{% macro reporting_rest(amount, beside) -%}
    {%- if not fromjson(var('fx_rates')) -%} {{ amount }}
    {%- else -%} cast(round({{ reporting(beside ~ ' + ' ~ amount) }}, 2) - round({{ reporting(beside) }}, 2) as numeric(18, 2)) as {{ amount }}
    {%- endif -%}
{%- endmacro %}
