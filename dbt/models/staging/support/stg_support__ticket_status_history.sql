with

source as (

    select * from {{ source('support', 'ticket_status_history') }}

),

renamed as (

    select
        status_history_id,
        ticket_id,
        status,
        {{ local_time('entered_at') }} as entered_at,
        entered_at as entered_at_utc,
        cast({{ local_time('entered_at') }} as date) as entered_date
    from source

)

select * from renamed
