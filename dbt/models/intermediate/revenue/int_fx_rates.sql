-- currency × month, from the opening balance on: what one unit is worth at its end, or today, and since when
with

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    {% for code, rate in fx_rates().items() -%}
        {{ 'union all' if not loop.first }}
        select
            months.*,
            cast('{{ code }}' as varchar(3)) as currency,
            cast({{ rate_at(rate, 'months.month_start') }} as numeric(38, 12)) as rate
        from months
    {% else -%}
        select
            months.*,
            cast(null as varchar(3)) as currency,
            cast(null as numeric(38, 12)) as rate
        from months
        where false
    {% endfor %}

)

select
    currency,
    month_start,
    rate,
    coalesce(lag(rate) over (partition by currency order by month_start), rate) as previous_rate,
    cast(ends_at - interval '1' second as timestamp) as revalued_at,
    lead(rate) over (partition by currency order by month_start) is null as is_last
from rates
