with

source as (

    select * from {{ source('crm', 'sales_reps') }}

),

renamed as (

    select
        rep_id,
        rep_name,
        team,
        region,
        role,
        {{ local_column('hired_at') }},
        {{ reporting_column('monthly_quota') }}
    from source

)

select * from renamed
