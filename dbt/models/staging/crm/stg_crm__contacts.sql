with

source as (

    select * from {{ source('crm', 'contacts') }}

),

renamed as (

    select
        contact_id,
        account_id,
        first_name,
        last_name,
        email,
        job_title,
        is_primary,
        {{ local_column('created_at') }}
    from source

)

select * from renamed
