{# What one unit of each other currency is worth in the reporting currency: {"SEK": "0.088"}, or by month under spot. #}
{% macro fx_rates() -%}
    {{ return(fromjson(env_var('TOWER_FX_RATES', '{}'))) }}
{%- endmacro %}

{# Whether amounts are worth what rates said at their month's end, and not the one plan rate: then each currency has its rates by the month from which they hold. #}
{% macro is_spot() -%}
    {{ return(fx_rates().values() | select('mapping') | list | length > 0) }}
{%- endmacro %}

{# An amount in the reporting currency: at the one rate that its currency has for the whole of history, or under spot at that of the month of a day (none: the last). Where all is in one currency it is the amount itself. #}
{% macro reporting(amount, currency='currency', day=none) -%}
    {%- set rates = fx_rates() -%}
    {%- if not rates -%} {{ amount }} {%- else -%}
        ({{ amount }}) * case upper({{ currency }}) {% for code, rate in rates.items() %}when '{{ code }}' then {{ rate_at(rate, day) }} {% endfor %}else 1 end
    {%- endif -%}
{%- endmacro %}

{# The rate of a day's month; where no day is known the last one. #}
{% macro rate_at(rate, day) -%}
    {%- if rate is not mapping -%} {{ rate }}
    {%- else -%}
        {%- set months = rate.keys() | sort -%}
        {%- if day is none or months | length == 1 -%} {{ rate[months[-1]] }}
        {%- else -%}
            case {% for month in months[1:] %}when {{ day }} < cast('{{ month }}' as date) then {{ rate[months[loop.index0]] }} {% endfor %}else {{ rate[months[-1]] }} end
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The same for a column of a staging view, under its own name and with so many decimals. #}
{% macro reporting_column(amount, places=2, day=none) -%}
    {%- if not fx_rates() -%} {{ amount }}
    {%- else -%} cast(round({{ reporting(amount, day=day) }}, {{ places }}) as numeric(38, {{ places }})) as {{ amount }}
    {%- endif -%}
{%- endmacro %}

{# A column whose sum with the one beside it is an amount of its own: both of these are rounded, the column is what is left. #}
{% macro reporting_rest(amount, beside, day=none) -%}
    {%- if not fx_rates() -%} {{ amount }}
    {%- else -%} cast(round({{ reporting(beside ~ ' + ' ~ amount, day=day) }}, 2) - round({{ reporting(beside, day=day) }}, 2) as numeric(38, 2)) as {{ amount }}
    {%- endif -%}
{%- endmacro %}

{# The currency of a row whose amounts must be converted; null where they are in the reporting currency. #}
{% macro foreign_currency(currency='currency') -%}
    case when upper({{ currency }}) in ('{{ fx_rates().keys() | join("', '") }}') then upper({{ currency }}) end
{%- endmacro %}

{# MRR of an account in a currency at the rates of another month: what does not change is not rounded anew. #}
{% macro at_rate(balance, rate, other) -%}
    case when {{ rate }} is not distinct from {{ other }} then {{ balance }}.mrr else round({{ balance }}.local_mrr * {{ other }}, 2) end
{%- endmacro %}

{# Columns of a ledger state that only spot rates ask for: its currency, and what is paid a month in it, exact as a quotient and with 12 decimals. #}
{% macro local_worth(times, parts, currency) -%}
    {%- if is_spot() -%}
        {{ currency }} as currency,
        {{ times }} as worth_times,
        {{ parts }} as worth_parts,
        cast(round({{ times }} / {{ parts }}, 12) as numeric(38, 12)) as local_mrr,
    {%- endif -%}
{%- endmacro %}
