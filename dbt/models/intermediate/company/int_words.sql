-- the company's words: those that it declared, in its order, then those that only the data have
with

declared as (

    select * from {{ ref('stg_company__words') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

sales_reps as (

    select * from {{ ref('stg_crm__sales_reps') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

targets as (

    select * from {{ ref('stg_crm__targets') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

churn_events as (

    select * from {{ ref('stg_billing__churn_events') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

root_causes as (

    select * from {{ ref('stg_support__root_causes') }}

),

sla_policies as (

    select * from {{ ref('stg_support__sla_policies') }}

),

spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

touches as (

    select * from {{ ref('stg_marketing__touches') }}

),

placed as (

    {% for kind, places in places_of_words().items() %}
        {%- set outer_loop = loop %}
        {%- for source_table, column in places %}
            select
                cast('{{ kind }}' as varchar(32)) as kind,
                {{ column }} as value,
                '{{ source_table }}' as source_table
            from {{ source_table.split('.')[1] }}
            where {{ column }} is not null
            {% if not (loop.last and outer_loop.last) %}union{% endif %}
        {%- endfor %}
    {%- endfor %}

),

found as (

    select
        kind,
        value,
        string_agg(source_table, ', ' order by source_table) as found_in
    from placed
    group by 1, 2
    union all
    select
        cast('activation_event' as varchar(32)) as kind,
        cast('activation' as varchar(255)) as value,
        null as found_in
    where not exists (select 1 from declared where kind = 'activation_event')

),

spent as (

    select count(*) as spend_rows from spend

),

channels as (

    select
        channel,
        sum({{ media_amount() }}) as spend
    from spend
    group by 1

),

tiers as (

    select
        tier,
        min(list_price) as list_price
    from products
    where tier is not null
    group by 1

),

-- what a word means where nobody said it
learned as (

    select
        found.kind,
        found.value,
        found.found_in,
        case when found.kind = 'acquisition_channel' and spent.spend_rows > 0 then coalesce(channels.spend, 0) > 0 end as is_paid,
        case when found.kind = 'churn_reason' and {{ plain_word('found.value') }} in ('{{ involuntary_words() | join("', '") }}') then false end as is_voluntary,
        case
            {% for words in severity_words() %}when found.kind = 'ticket_priority' and {{ plain_word('found.value') }} in ('{{ words | join("', '") }}') then {{ loop.index }}
            {% endfor %}
        end as severity,
        tiers.list_price
    from found
    cross join spent
    left join channels
        on found.kind = 'acquisition_channel'
            and found.value = channels.channel
    left join tiers
        on found.kind = 'plan_tier'
            and found.value = tiers.tier

),

merged as (

    select
        coalesce(declared.kind, learned.kind) as kind,
        coalesce(declared.value, learned.value) as value,
        declared.position as declared_position,
        learned.list_price,
        learned.found_in,
        coalesce(declared.is_paid, learned.is_paid) as is_paid,
        coalesce(declared.is_voluntary, learned.is_voluntary) as is_voluntary,
        coalesce(declared.severity, learned.severity) as severity,
        {{ plain_word('coalesce(declared.value, learned.value)') }} in ('{{ technical_words() | join("', '") }}') as is_technical,
        declared.kind is not null as is_declared
    from declared
    full outer join learned
        on declared.kind = learned.kind
            and declared.value = learned.value

)

select
    kind,
    value,
    cast(row_number() over (
        partition by kind
        order by declared_position asc nulls last, severity asc nulls last, list_price asc nulls last, value asc
    ) as integer) as position,
    found_in,
    is_paid,
    is_voluntary,
    severity,
    -- where no category is known to be technical, each of them may be
    case when kind = 'ticket_category' then is_technical or not bool_or(is_technical) over (partition by kind) end as is_technical,
    is_declared
from merged
