{# A reference into a table that nobody delivered proves nothing: only where there are parents must each child have one. #}
{% macro default__test_relationships(model, column_name, to, field) %}

with

children as (

    select {{ column_name }} as child_key
    from {{ model }}
    where {{ column_name }} is not null

),

parents as (

    select {{ field }} as parent_key
    from {{ to }}

)

select children.child_key
from children
left join parents on children.child_key = parents.parent_key
where parents.parent_key is null
    and exists (select 1 from parents)

{% endmacro %}
