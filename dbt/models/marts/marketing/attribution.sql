{{ config(tags=['mart'], indexes=[{'columns': ['attribution_model', 'conversion_month', 'channel']}, {'columns': ['account_id']}]) }}

with

touches as (

    select * from {{ ref('int_conversion_touches') }}

),

models as (

    select attribution_model
    from (values ('first'), ('last'), ('linear'), ('position')) as v (attribution_model)

),

-- the credit of a touch and all before it: differences of rounded running sums add up to the cent
running as (

    select
        touches.*,
        models.attribution_model,
        case
            when touches.touch_number = touches.touch_count then 1.0
            when models.attribution_model = 'first' then 1.0
            when models.attribution_model = 'last' then 0.0
            when models.attribution_model = 'linear' then 1.0 * touches.touch_number / touches.touch_count
            when touches.touch_count = 2 then 0.5
            else 0.4 + 0.2 * (touches.touch_number - 1) / (touches.touch_count - 2)
        end as running_credit
    from touches
    cross join models

),

steps as (

    select
        *,
        coalesce(lag(running_credit) over (partition by conversion_id, attribution_model order by touch_number), 0) as earlier_credit
    from running

)

select
    {{ row_key(['conversion_id', 'touch_number', 'attribution_model']) }} as attribution_id,
    conversion_id,
    deal_id,
    account_id,
    touch_id,
    case when touch_id is not null then {{ row_key(['channel', 'campaign']) }} end as campaign_id,
    segment,
    region,
    acquisition_channel,
    attribution_model,
    conversion_type,
    channel,
    campaign,
    {{ month_of('converted_at') }} as conversion_month,
    cast(touch_number as integer) as touch_number,
    cast(touch_count as integer) as touch_count,
    cast(running_credit - earlier_credit as {{ type_double() }}) as credit,
    cast(case when conversion_type = 'customer' then running_credit - earlier_credit else 0 end as {{ type_double() }}) as new_customers,
    cast(cast(won_amount * running_credit as numeric(38, 2)) - cast(won_amount * earlier_credit as numeric(38, 2)) as numeric(38, 2)) as won_amount,
    cast(cast(new_mrr * running_credit as numeric(38, 2)) - cast(new_mrr * earlier_credit as numeric(38, 2)) as numeric(38, 2)) as new_mrr,
    touch_id is null as is_untouched,
    touched_at,
    converted_at
from steps
