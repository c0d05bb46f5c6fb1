-- noqa: disable=LT02
{{ config(tags=['dimension']) }}

with

settings as (

    select * from {{ ref('stg_company__settings') }}

),

labels as (

    select * from {{ ref('stg_company__labels') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

labelled as (

    select
        {%- for kind, label in word_kinds().items() %}
            cast(coalesce(max(label) filter (where kind = '{{ kind }}'), '{{ label }}') as varchar(255)) as {{ kind }}_label{{ ',' if not loop.last }}
        {%- endfor %}
    from labels

)

select
    as_of.as_of_date,
    settings.company_name,
    settings.reporting_currency,
    settings.currency_symbol,
    settings.currency_decimals,
    settings.fx_method,
    settings.timezone,
    settings.fiscal_year_first_month,
    settings.gross_margin,
    settings.gross_margin_source,
    settings.usage_in_mrr,
    settings.has_service_hours,
    {%- for kind in word_kinds() %}
        labelled.{{ kind }}_label{{ ',' if not loop.last }}
    {%- endfor %}
from settings
cross join as_of
cross join labelled
