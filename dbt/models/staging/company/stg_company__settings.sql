with

source as (

    select * from {{ source('company', 'settings') }}

),

renamed as (

    select
        company_name,
        reporting_currency,
        currency_symbol,
        currency_decimals,
        fx_method,
        timezone,
        fiscal_year_first_month,
        gross_margin,
        gross_margin_source,
        usage_in_mrr,
        has_service_hours
    from source

)

select * from renamed
