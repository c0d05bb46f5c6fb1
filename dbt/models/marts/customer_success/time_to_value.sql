{{ config(tags=['mart']) }}

with

durations as (

    select * from {{ ref('int_activation_durations') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

instants as (

    select
        level,
        dimension,
        dimension_value,
        duration_days,
        count(*) as leaving,
        sum(activated) as activated
    from durations
    group by 1, 2, 3, 4

),

exposed as (

    select
        instants.*,
        -- those whose time is at least as long are still at risk
        sum(leaving) over (partition by level, dimension, dimension_value order by duration_days desc) as at_risk
    from instants

),

-- Kaplan-Meier: the product of what stays, as a sum of logarithms; where nobody stays the logarithm has no value
curves as (

    select
        exposed.*,
        exp(sum(
            case when activated < at_risk then ln(1 - cast(activated as {{ type_double() }}) / at_risk) else -700 end
        ) over (partition by level, dimension, dimension_value order by duration_days)) as share_not_activated
    from exposed

)

select
    {{ row_key(['curves.level', 'curves.dimension', 'curves.dimension_value']) }} as time_to_value_id,
    curves.level,
    curves.dimension,
    curves.dimension_value,
    as_of.as_of_date,
    cast(sum(curves.leaving) as bigint) as observed,
    cast(sum(curves.activated) as bigint) as activated,
    -- empty where not even half has activated
    min(curves.duration_days) filter (where curves.share_not_activated <= 0.5 + 1e-9) as median_days,
    case when min(curves.share_not_activated) > 1e-9 then min(curves.share_not_activated) else 0 end as share_not_activated
from curves
cross join as_of
group by curves.level, curves.dimension, curves.dimension_value, as_of.as_of_date
