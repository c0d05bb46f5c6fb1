with

source as (

    select * from {{ source('marketing', 'spend') }}

),

renamed as (

    select
        spend_id,
        spend_date,
        channel,
        campaign,
        amount,
        impressions,
        clicks,
        leads
    from source

)

select * from renamed
