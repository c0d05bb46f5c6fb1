{# Size segment by what an account is (employees) or by what it pays (ARR), whichever is larger. #}
{% macro classify_segment(employee_count, arr) -%}
    case
        when coalesce({{ employee_count }}, 0) >= 1000 or coalesce({{ arr }}, 0) >= 100000 then 'Enterprise'
        when coalesce({{ employee_count }}, 0) >= 100 or coalesce({{ arr }}, 0) >= 10000 then 'Mid-Market'
        else 'SMB'
    end
{%- endmacro %}

{# Band of annual recurring revenue; the names sort as the bands do. #}
{% macro revenue_band(arr) -%}
    case
        when coalesce({{ arr }}, 0) <= 0 then '0 none'
        when {{ arr }} < 10000 then '1 below 10k'
        when {{ arr }} < 50000 then '2 10k to 50k'
        when {{ arr }} < 100000 then '3 50k to 100k'
        else '4 100k and above'
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

{# Order of the plan tiers, so that a change has a direction. #}
{% macro tier_rank(tier) -%}
    case {{ tier }} when 'Free' then 0 when 'Starter' then 1 when 'Growth' then 2 when 'Business' then 3 when 'Enterprise' then 4 end
{%- endmacro %}

{# What a change of an account's MRR is; who pays for the first time is new, who comes back is a reactivation. #}
{% macro movement_type(before, after, is_first) -%}
    case
        when {{ before }} = 0 and {{ after }} > 0 and {{ is_first }} then 'new'
        when {{ before }} = 0 and {{ after }} > 0 then 'reactivation'
        when {{ before }} > 0 and {{ after }} = 0 then 'churn'
        when {{ after }} > {{ before }} then 'expansion'
        when {{ after }} < {{ before }} then 'contraction'
        else 'none'
    end
{%- endmacro %}
