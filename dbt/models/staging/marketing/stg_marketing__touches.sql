with

source as (

    select * from {{ source('marketing', 'touches') }}

),

renamed as (

    select
        touch_id,
        account_id,
        contact_id,
        channel,
        campaign,
        {{ local_column('touched_at') }},
        cast({{ local_time('touched_at') }} as date) as touched_date
    from source

)

select * from renamed
