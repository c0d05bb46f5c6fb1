with

source as (

    select * from {{ source('crm', 'targets') }}

),

renamed as (

    select
        target_id,
        target_month,
        metric,
        segment,
        region,
        {{ reporting_column('target_value', day='target_month') }}
    from source

)

select * from renamed
