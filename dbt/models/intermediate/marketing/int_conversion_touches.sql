-- one row per conversion and touch that went before it, numbered; a conversion without a touch has one row for its channel
with

conversions as (

    select * from {{ ref('int_conversions') }}

),

touches as (

    select * from {{ ref('stg_marketing__touches') }}

)

select
    conversions.*,
    touches.touch_id,
    touches.touched_at,
    -- unseen by marketing: the channel that the account (or the deal) came from gets it
    coalesce(touches.channel, conversions.acquisition_channel, 'Unknown') as channel,
    coalesce(touches.campaign, 'none') as campaign,
    row_number() over (partition by conversions.conversion_id order by touches.touched_at, {{ arrival('touches.touch_id') }}) as touch_number,
    count(*) over (partition by conversions.conversion_id) as touch_count
from conversions
left join touches
    on conversions.account_id = touches.account_id
        and conversions.converted_at >= touches.touched_at
