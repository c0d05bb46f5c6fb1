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
        target_value
    from source

)

select * from renamed
