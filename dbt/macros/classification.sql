{# The size of a company, whatever it calls its segments: by what an account is (employees) or what it pays (ARR), whichever is larger. Over bands. #}
{% macro size_class(employee_count, arr) -%}
    case
        when coalesce({{ employee_count }}, 0) >= {{ var('large_from_employees') }} or coalesce({{ arr }} >= bands.arr_3, false) then 'large'
        when coalesce({{ employee_count }}, 0) >= {{ var('medium_from_employees') }} or coalesce({{ arr }} >= bands.arr_1, false) then 'medium'
        else 'small'
    end
{%- endmacro %}

{# The three dimensions that everything about accounts is cut by. #}
{% macro shared_dimensions() -%}
    {{ return(['segment', 'region', 'acquisition_channel']) }}
{%- endmacro %}

{# Band of annual recurring revenue; the names sort as the bands do. Over bands. #}
{% macro revenue_band(arr) -%}
    case
        when coalesce({{ arr }}, 0) <= 0 then '0 none'
        when {{ arr }} < bands.arr_1 then '1 below ' || {{ short_amount('bands.arr_1') }}
        when {{ arr }} < bands.arr_2 then '2 ' || {{ short_amount('bands.arr_1') }} || ' to ' || {{ short_amount('bands.arr_2') }}
        when {{ arr }} < bands.arr_3 then '3 ' || {{ short_amount('bands.arr_2') }} || ' to ' || {{ short_amount('bands.arr_3') }}
        else '4 ' || {{ short_amount('bands.arr_3') }} || ' and above'
    end
{%- endmacro %}

{# What an account is to us: by its annual recurring revenue while it pays, else by whether it ever did. Over bands. #}
{% macro account_category(arr, has_ever_paid) -%}
    case
        when {{ arr }} >= bands.arr_3 then 'strategic'
        when {{ arr }} >= bands.key_account_arr_1 then 'key'
        when {{ arr }} > 0 then 'standard'
        when {{ has_ever_paid }} then 'former'
        else 'potential'
    end
{%- endmacro %}

{# Tier of a product by its list price. Over bands. #}
{% macro price_tier(list_price) -%}
    case
        when {{ list_price }} is null then 'unknown'
        when {{ list_price }} = 0 then 'free'
        when {{ list_price }} < bands.list_price_1 then 'entry'
        when {{ list_price }} < bands.list_price_2 then 'standard'
        else 'premium'
    end
{%- endmacro %}

{# What the bands are where nobody says them: kind, position, the place of the amounts in int_bands, and the share of them that lies below. #}
{% macro learned_bands() -%}
    {{ return([
        ('arr', 1, 'paid', 0.5), ('arr', 2, 'paid', 0.8), ('arr', 3, 'paid', 0.95),
        ('key_account_arr', 1, 'paid', 0.8),
        ('list_price', 1, 'priced', 0.33), ('list_price', 2, 'priced', 0.67),
    ]) }}
{%- endmacro %}

{# The amounts of int_bands side by side, in one row. #}
{% macro bands_in_a_row() -%}
    select
        {%- for kind, position, place, share in learned_bands() %}
            max(amount) filter (where kind = '{{ kind }}' and position = {{ position }}) as {{ kind }}_{{ position }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_bands') }}
{%- endmacro %}

{# An amount above 0 rounded to its two leading digits. #}
{% macro two_digits(amount) -%}
    {%- set step = 'power(10, floor(log10(' ~ amount ~ ')) - 1)' -%}
    cast(round({{ amount }} / {{ step }}) * {{ step }} as numeric(38, 12))
{%- endmacro %}

{# An amount as names have it: 25k, 1.2M, or in full where that would round it. #}
{% macro short_amount(amount) -%}
    case
        when {{ amount }} >= 1000000 and mod({{ amount }}, 100000) = 0 then replace(cast(cast({{ amount }} / 1000000 as numeric(38, 1)) as varchar(60)), '.0', '') || 'M'
        when {{ amount }} >= 1000 and mod({{ amount }}, 100) = 0 then replace(cast(cast({{ amount }} / 1000 as numeric(38, 1)) as varchar(60)), '.0', '') || 'k'
        when mod({{ amount }}, 1) = 0 then cast(cast({{ amount }} as numeric(38, 0)) as varchar(60))
        else cast(cast({{ amount }} as numeric(38, 2)) as varchar(60))
    end
{%- endmacro %}

{# How senior a job title is. The vice president goes before the president, and no letters inside a word count: a Director is no CTO. #}
{% macro seniority_level(job_title) -%}
    case
        when {{ job_title }} is null or trim({{ job_title }}) = '' then 'Unknown'
        when lower({{ job_title }}) like 'vp%' or lower({{ job_title }}) like '%vp %' or lower({{ job_title }}) like '%vice president%' then 'VP'
        when lower({{ job_title }}) like 'chief %' or lower({{ job_title }}) like '%founder%' or lower({{ job_title }}) like '%president%' or lower({{ job_title }}) like 'owner%'
            or lower(trim({{ job_title }})) in ('ceo', 'cfo', 'cto', 'coo', 'cio', 'cmo', 'cro', 'cpo', 'ciso') then 'C-Level'
        when lower({{ job_title }}) like '%director%' or lower({{ job_title }}) like 'head %' then 'Director'
        when lower({{ job_title }}) like '%manager%' or lower({{ job_title }}) like '%lead%' then 'Manager'
        else 'Individual contributor'
    end
{%- endmacro %}

{# What moves MRR, in the order of the bridge, with the column that each movement fills. #}
{% macro movements() -%}
    {{ return({
        'new': 'new_mrr',
        'reactivation': 'reactivation_mrr',
        'expansion': 'expansion_mrr',
        'contraction': 'contraction_mrr',
        'churn': 'churned_mrr',
    }) }}
{%- endmacro %}

{# What a change of an account's MRR is; who pays for the first time is new, who comes back is a reactivation. What rates alone made of it (fx) is a movement only where there is no other. #}
{% macro movement_type(before, after, is_first, fx=none) -%}
    {%- set grown = after if fx is none else after ~ ' - ' ~ fx %}
    case
        when {{ before }} = 0 and {{ after }} > 0 and {{ is_first }} then 'new'
        when {{ before }} = 0 and {{ after }} > 0 then 'reactivation'
        when {{ before }} > 0 and {{ after }} = 0 then 'churn'
        when {{ grown }} > {{ before }} then 'expansion'
        when {{ grown }} < {{ before }} then 'contraction'
        {%- if fx is not none %}
        when {{ fx }} <> 0 then 'fx'
        {%- endif %}
        else 'none'
    end
{%- endmacro %}

{# The pipeline of deals for which neither the data nor company.yml names one. #}
{% macro unnamed_pipeline() -%}
    {{ return('Unnamed') }}
{%- endmacro %}

{# What a stage's own word says of its deals where nobody says it otherwise; nothing for most words. #}
{% macro spelled_outcome(stage) -%}
    case
        {%- for outcome, words in {'won': ['closedwon', 'won'], 'lost': ['closedlost', 'lost'], 'open': ['prospecting', 'qualification', 'demo', 'proposal', 'negotiation']}.items() %}
        when translate(lower({{ stage }}), ' _-./', '') in ('{{ words | join("', '") }}') then '{{ outcome }}'
        {%- endfor %}
    end
{%- endmacro %}

{# The order of a deal's ends in a pipeline: open stages, then won, then lost. #}
{% macro outcome_rank(outcome) -%}
    case {{ outcome }} when 'open' then 1 when 'won' then 2 else 3 end
{%- endmacro %}
