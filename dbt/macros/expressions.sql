{# How many units of billing intervals a year has. #}
{% macro units_in_a_year(unit) -%}
    case {{ unit }} when 'day' then 365 when 'week' then 52 when 'month' then 12 else 1 end
{%- endmacro %}

{# A billing interval of so many units by its name. #}
{% macro interval_name(count, unit) -%}
    case
        when {{ unit }} = 'month' and {{ count }} = 3 then 'quarterly'
        when {{ unit }} = 'month' and {{ count }} = 6 then 'half-yearly'
        when {{ unit }} = 'month' and {{ count }} = 12 then 'annual'
        when {{ unit }} = 'month' and mod({{ count }}, 12) = 0 then 'every ' || cast({{ count }} / 12 as varchar(20)) || ' years'
        when {{ count }} = 1
            then case {{ unit }} when 'day' then 'daily' when 'week' then 'weekly' when 'month' then 'monthly' else 'annual' end
        else 'every ' || cast({{ count }} as varchar(20)) || ' ' || {{ unit }} || 's'
    end
{%- endmacro %}

{# An eight-byte float on every engine. #}
{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double')()) }}
{%- endmacro %}
{% macro default__type_double() -%} double {%- endmacro %}
{% macro postgres__type_double() -%} double precision {%- endmacro %}

{# The order in which rows of one instant came, by their keys: numbers among them go by their value. #}
{% macro arrival(key) -%}
    char_length({{ key }}), {{ key }}
{%- endmacro %}

{# One text key out of several columns. #}
{% macro row_key(columns) -%}
    md5({% for column in columns %}coalesce(cast({{ column }} as varchar(255)), ''){% if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}

{# First day of the month of a date or timestamp. #}
{% macro month_of(column) -%}
    cast(date_trunc('month', {{ column }}) as date)
{%- endmacro %}

{# Whole months from one month's first day to another's. #}
{% macro months_between(earlier, later) -%}
    cast((extract(year from {{ later }}) - extract(year from {{ earlier }})) * 12 + extract(month from {{ later }}) - extract(month from {{ earlier }}) as integer)
{%- endmacro %}

{# Elapsed time between two timestamps as a float, in hours or days. #}
{% macro hours_between(earlier, later) -%}
    cast({{ dbt.datediff(earlier, later, 'second') }} as {{ type_double() }}) / 3600
{%- endmacro %}
{% macro days_between(earlier, later) -%}
    cast({{ dbt.datediff(earlier, later, 'second') }} as {{ type_double() }}) / 86400
{%- endmacro %}

{# 1 or 0, so that flags add up. #}
{% macro as_count(condition) -%}
    case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{# A number that the row's values decide: its sum over rows does not depend on their order. #}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash')(columns)) }}
{%- endmacro %}
{% macro default__row_hash(columns) -%} cast(xxhash64({{ columns | join(', ') }}) as decimal(38, 0)) {%- endmacro %}
{% macro duckdb__row_hash(columns) -%} cast(hash({{ columns | join(', ') }}) as decimal(38, 0)) {%- endmacro %}
{% macro postgres__row_hash(columns) -%} cast(hash_record_extended(row({{ columns | join(', ') }}), 0) as numeric(38, 0)) {%- endmacro %}

{# Growth from before to after of a count per unit; nothing where a side is unknown, incomplete or empty. #}
{% macro change_per(count, unit) -%}
    case
        when is_complete and {{ count }}_before > 0 and {{ unit }}_before > 0 and {{ unit }}_after > 0
            then (cast({{ count }}_after as {{ type_double() }}) / {{ unit }}_after)
                / (cast({{ count }}_before as {{ type_double() }}) / {{ unit }}_before) - 1
    end
{%- endmacro %}

{# Days of silence: since the last login, else since the first user, or since the data tell of use if that is later. #}
{% macro days_since_login(last_login, first_user, observed_from, until) -%}
    {{ days_between('coalesce(' ~ last_login ~ ', greatest(' ~ first_user ~ ', cast(' ~ observed_from ~ ' as timestamp)))', until) }}
{%- endmacro %}

{# A share of a segment's own cases when it has enough of them, otherwise of the cases of all: few cases teach nothing. #}
{% macro own_share_or_overall(own, own_cases, overall, overall_cases) -%}
    case
        when {{ own_cases }} >= {{ var('least_cases') }} then cast({{ own }} as {{ type_double() }}) / {{ own_cases }}
        else cast({{ overall }} as {{ type_double() }}) / {{ overall_cases }}
    end
{%- endmacro %}
