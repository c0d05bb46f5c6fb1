{# How a point is judged by its history, and when it tells of something: docs/scoring.md says why. #}
{% macro anomaly_rules() -%}
    {{ return({
        'window_points': {'week': 13, 'month': 12},
        'outlier': 2.5,
        'memory': {'week': 0.9, 'month': 0.75},
        'trend_memory': {'week': 0.97, 'month': 0.9},
        'trend_share': 0.5,
        'spread_memory': {'week': 0.95, 'month': 0.88},
        'held_back': 1.1,
        'own_points': 12, 'points_of_others': 8, 'least_share_of_others': 0.5,
        'mad_to_spread': 1.4826,
        'overdispersion': 1.3, 'least_count': 2,
        'share_of_level': 0.03,
        'spread_of_mrr': 0.002,
        'least_history_points': {'week': 16, 'month': 6},
        'false_share': {'week': 0.01, 'month': 0.01},
        'band': 3.1,
        'drift': {'slack': 0.75, 'most': 2.5, 'points': 8, 'limit': 7, 'least_score': 0.5},
        'impact_of_mrr': 0.004,
        'least_count_impact': 8,
        'weight_of_total': 1.5,
        'levels': {'critical': 10, 'high': 7, 'medium': 5},
    }) }}
{%- endmacro %}

{# A rule that differs by grain. #}
{% macro by_grain(rule, grain='grain') -%}
    case {{ grain }} when 'week' then {{ rule.week }} else {{ rule.month }} end
{%- endmacro %}

{# How many deviations an amount lies from nought, on a scale on which chance is normal: the Wilson-Hilferty root of the tail of a Poisson count of `cases`, where `expected` were likely. #}
{% macro tail_score(cases, expected) -%}
    ((1 - 1 / (9 * {{ cases }}) - power({{ expected }} / {{ cases }}, 1.0 / 3)) * 3 * sqrt({{ cases }}))
{%- endmacro %}

{# The chance of a normal deviation of at least `score`, which is not negative (Karagiannidis and Lioumpas, within 2 per cent). #}
{% macro chance_of(score) -%}
    case
        when {{ score }} < 0.01 then 0.5
        else least(0.5, (1 - exp(-1.4 * {{ score }})) * exp(-{{ score }} * {{ score }} / 2) / (2.845 * {{ score }}))
    end
{%- endmacro %}
