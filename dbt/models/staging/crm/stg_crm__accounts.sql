with

source as (

    select * from {{ source('crm', 'accounts') }}

),

renamed as (

    select
        account_id,
        account_name,
        segment,
        industry,
        employee_count,
        country,
        region,
        acquisition_channel,
        owner_id,
        {{ local_column('created_at') }},
        status
    from source

)

select * from renamed
