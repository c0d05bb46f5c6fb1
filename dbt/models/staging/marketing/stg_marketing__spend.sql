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
        coalesce(cost_type, 'media') as cost_type,
        {{ reporting_column('amount', day='spend_date') }},
        impressions,
        clicks,
        leads
    from source

)

select * from renamed
