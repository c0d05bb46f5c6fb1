{% set rules = anomaly_rules() %}
{% set past = 'partition by series_key order by point rows between unbounded preceding and 1 preceding' %}

-- what the periods before made likely: their mean, the later the weightier, carried on by a part of their trend; how widely
-- they spread round what was expected of them, the slice's own spread and that of the others; and how far the point lies off
with

baselines as (

    select * from {{ ref('int_anomaly_baselines') }}

),

weighted as (

    select
        baselines.*,
        point - 1 as history_points,
        -- weights grow with the point: what is divided by their sum is a mean of the past
        power(cast({{ by_grain(rules.memory) }} as {{ type_double() }}), -point) as weight,
        power(cast({{ by_grain(rules.trend_memory) }} as {{ type_double() }}), -point) as trend_weight,
        power(cast({{ by_grain(rules.spread_memory) }} as {{ type_double() }}), -point) as spread_weight
    from baselines

),

sums as (

    select
        weighted.*,
        sum(weight * clipped_amount) over ({{ past }}) / sum(weight) over ({{ past }}) as level_amount,
        sum(weight * point) over ({{ past }}) / sum(weight) over ({{ past }}) as level_point,
        sum(trend_weight) over ({{ past }}) as w,
        sum(trend_weight * point) over ({{ past }}) as wp,
        sum(trend_weight * point * point) over ({{ past }}) as wpp,
        sum(trend_weight * clipped_amount) over ({{ past }}) as wa,
        sum(trend_weight * point * clipped_amount) over ({{ past }}) as wpa
    from weighted

),

trends as (

    select
        sums.*,
        case
            when history_points >= {{ by_grain(rules.least_history_points) }}
                then {{ rules.trend_share }} * (w * wpa - wp * wa) / (w * wpp - wp * wp) * (point - level_point)
            else 0
        end as trend_amount
    from sums

),

expected as (

    select
        trends.*,
        case when history_points > 0 then greatest(level_amount + trend_amount, 0) end as expected_amount
    from trends

),

errors as (

    select
        expected.*,
        greatest(expected_amount, least_amount) as base_amount,
        -- without its outliers, history spreads less than it did
        {{ rules.held_back }} * spread_weight * power(clipped_amount - expected_amount, 2) as squared_error,
        case when history_points > 0 then spread_weight * greatest(expected_amount, least_amount) end as weighted_base
    from expected

),

noise as (

    select
        errors.*,
        sum(squared_error) over ({{ past }}) as own_errors,
        sum(weighted_base) over ({{ past }}) as own_base
    from errors

),

-- the variance is so many times the level: of the slice itself, the more the longer its history, and of all slices of its kind
shared as (

    select
        noise.*,
        own_errors / own_base as own_spread,
        sum(own_errors) over (partition by metric, grain, dimension, period_start)
        / sum(own_base) over (partition by metric, grain, dimension, period_start) as shared_spread,
        cast(least(history_points, {{ rules.own_points }}) as {{ type_double() }})
        / (least(history_points, {{ rules.own_points }}) + {{ rules.points_of_others }}) as own_share
    from noise

),

spread as (

    select
        shared.*,
        greatest(
            own_share * own_spread + (1 - own_share) * shared_spread,
            {{ rules.least_share_of_others }} * shared_spread,
            -- never less than chance, or than a share of the level
            case unit when 'count' then {{ rules.overdispersion }} else least_amount * least_amount / base_amount end,
            power({{ rules.share_of_level }} * expected_amount, 2) / base_amount
        ) as dispersion
    from shared

)

select
    series_key,
    metric,
    grain,
    period_start,
    dimension,
    dimension_value,
    unit,
    point,
    amount,
    history_points,
    expected_amount,
    sqrt(dispersion * base_amount) as spread,
    dispersion,
    -- amounts are counted in pieces that spread as chance does
    case
        when expected_amount is null then null
        when amount > expected_amount
            then greatest({{ tail_score('greatest(amount / dispersion, 0.000001)', '(base_amount / dispersion)') }}, 0)
        else least({{ tail_score('(greatest(amount, 0) / dispersion + 1)', '(base_amount / dispersion)') }}, 0)
    end as score
from spread
