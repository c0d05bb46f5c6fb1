{# The company's time zone: it gives an instant its day. #}
{% macro timezone() -%}
    {{ return(env_var('TOWER_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{# The month, 1 to 12, in which its years start: quarters and years are the company's. #}
{% macro fiscal_year_starts() -%}
    {{ return(env_var('TOWER_FISCAL_MONTH', '1') | int) }}
{%- endmacro %}

{# What a clock on the company's wall shows at an instant of UTC: it gives the instant its day. In UTC it is the column itself. #}
{% macro local_time(column) -%}
    {%- if timezone() == 'UTC' -%} {{ column }} {%- else -%} {{ return(adapter.dispatch('from_utc')(column, timezone())) }} {%- endif -%}
{%- endmacro %}

{# The same for a column of a staging view, under its own name. #}
{% macro local_column(column) -%}
    {%- if timezone() == 'UTC' -%} {{ column }} {%- else -%} {{ local_time(column) }} as {{ column }} {%- endif -%}
{%- endmacro %}

{# The instant of UTC at which a clock on the company's wall shows a time: one that is skipped goes by the offset from before, of a repeated one the second counts. #}
{% macro utc_time(column) -%}
    {%- if timezone() == 'UTC' -%} {{ column }} {%- else -%} {{ return(adapter.dispatch('to_utc')(column, timezone())) }} {%- endif -%}
{%- endmacro %}

{% macro default__from_utc(column, zone) -%} (({{ column }}) at time zone 'UTC') at time zone '{{ zone }}' {%- endmacro %}
{% macro spark__from_utc(column, zone) -%} from_utc_timestamp({{ column }}, '{{ zone }}') {%- endmacro %}
{% macro default__to_utc(column, zone) -%} (({{ column }}) at time zone '{{ zone }}') at time zone 'UTC' {%- endmacro %}
{% macro spark__to_utc(column, zone) -%} to_utc_timestamp({{ column }}, '{{ zone }}') {%- endmacro %}

{# Microseconds from one instant of UTC to another: exact, so that sums of them meet their ends. #}
{% macro micros_between(earlier, later) -%}
    {{ return(adapter.dispatch('micros_between')(earlier, later)) }}
{%- endmacro %}
{% macro default__micros_between(earlier, later) -%} {{ dbt.datediff(earlier, later, 'microsecond') }} {%- endmacro %}
{% macro postgres__micros_between(earlier, later) -%} cast(extract(epoch from {{ later }} - {{ earlier }}) * 1000000 as bigint) {%- endmacro %}

{# The instant so many microseconds later. #}
{% macro micros_later(instant, micros) -%}
    cast({{ instant }} + cast({{ micros }} as {{ type_double() }}) / 1000000 * interval '1' second as timestamp)
{%- endmacro %}

{# Microseconds as a float of hours. #}
{% macro hours_of(micros) -%}
    cast({{ micros }} as {{ type_double() }}) / 3600000000
{%- endmacro %}

{# What the SLA clock shows at an instant of UTC, in microseconds: on a clock that always runs, else by the instant's service day. #}
{% macro service_clock(instant, is_always, day) -%}
    case
        when {{ instant }} is null then null
        when {{ is_always }} then {{ micros_between("cast('1970-01-01' as timestamp)", instant) }}
        -- before the first service day nothing was on it
        when {{ day }}.service_date is null then 0
        when {{ instant }} < {{ day }}.previous_closes_at then {{ day }}.clock_before - {{ micros_between(instant, day ~ '.previous_closes_at') }}
        when {{ instant }} <= {{ day }}.opens_at then {{ day }}.clock_before
        when {{ instant }} >= {{ day }}.closes_at then {{ day }}.clock_after
        else {{ day }}.clock_before + {{ micros_between(day ~ '.opens_at', instant) }}
    end
{%- endmacro %}

{# Which stretch of the SLA clock a reading of it lies in: each is eight hours long. #}
{% macro clock_stretch(reading) -%}
    cast(floor(cast({{ reading }} as {{ type_double() }}) / 28800000000) as bigint)
{%- endmacro %}

{# First day of the company's year that holds a day: as company.calendar.year_start says. #}
{% macro year_of(column) -%}
    {{ shifted_trunc('year', column, fiscal_year_starts() - 1) }}
{%- endmacro %}

{# First day of the company's quarter that holds a day. #}
{% macro quarter_of(column) -%}
    {{ shifted_trunc('quarter', column, (fiscal_year_starts() - 1) % 3) }}
{%- endmacro %}

{# First day of the period, when periods begin so many months later than the calendar's. #}
{% macro shifted_trunc(period, column, months) -%}
    {%- if months == 0 -%} cast(date_trunc('{{ period }}', {{ column }}) as date)
    {%- else -%} cast(date_trunc('{{ period }}', {{ column }} - interval '{{ months }}' month) + interval '{{ months }}' month as date)
    {%- endif -%}
{%- endmacro %}

{# The number of the company's year that holds a day: the calendar year in which it ends. #}
{% macro year_number_of(column) -%}
    cast(extract(year from {{ year_of(column) }} + interval '11' month) as integer)
{%- endmacro %}

{# How a year and a quarter are called: 2026 and Q4 2026, or FY2027 and Q3 FY2027 where the year is not the calendar's. #}
{% macro year_label_of(column) -%}
    {{ "'FY' || " if fiscal_year_starts() != 1 else '' }}cast({{ year_number_of(column) }} as varchar(4))
{%- endmacro %}
{% macro quarter_label_of(column) -%}
    'Q' || cast(cast({{ months_between(year_of(column), quarter_of(column)) }} / 3 + 1 as integer) as varchar(1)) || ' ' || {{ year_label_of(column) }}
{%- endmacro %}
