{# When a point leaves its band: the band is so many spreads wide, and no spread is less than chance or than a share of the level or of MRR. #}
{% macro anomaly_rules() -%}
    {{ return({
        'window_points': {'week': 13, 'month': 12},
        'least_history_points': 6,
        'band': 4,
        'mad_to_spread': 1.4826,
        'mad_most': 2,
        'least_share_of_level': 0.12,
        'overdispersion': 1.3, 'least_count': 2,
        'share_of_mrr': 0.004,
        'least_count_impact': 8,
        'weight_of_total': 1.5,
        'levels': {'critical': 12, 'high': 8, 'medium': 5.5},
    }) }}
{%- endmacro %}
