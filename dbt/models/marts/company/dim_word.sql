-- noqa: disable=LT05
{{ config(tags=['dimension']) }}

with

words as (

    select * from {{ ref('int_words') }}

),

labels as (

    select * from {{ ref('stg_company__labels') }}

)

select
    {{ row_key(['words.kind', 'words.value']) }} as word_id,
    words.kind,
    coalesce(
        labels.label,
        case words.kind {% for kind, label in word_kinds().items() %}when '{{ kind }}' then '{{ label }}' {% endfor %}end
    ) as label,
    words.value,
    words.position,
    words.found_in,
    words.is_paid,
    words.is_voluntary,
    words.severity,
    words.is_technical,
    words.is_declared
from words
left join labels on words.kind = labels.kind
