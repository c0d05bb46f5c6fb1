{{ config(tags=['mart'], indexes=[{'columns': ['week_start', 'segment', 'region', 'acquisition_channel']}]) }}

with

deal_weeks as (

    select * from {{ ref('int_deal_weeks') }}

)

select
    {{ row_key(['week_start', 'pipeline', 'segment', 'region', 'acquisition_channel']) }} as pipeline_week_id,
    week_start,
    segment,
    region,
    acquisition_channel,
    pipeline,
    is_renewal,
    {%- for name, flag in [
        ('open_start', 'is_open_at_start'), ('created', 'is_created'), ('won', 'is_won_in_week'),
        ('lost', 'is_lost_in_week'), ('open_end', 'is_open_at_end'),
        ('pulled_in', 'is_pulled_in'), ('pushed_out', 'is_pushed_out')
    ] %}
        count(*) filter (where {{ flag }}) as {{ name }}_deals,
        cast(sum(case when {{ flag }} then amount else 0 end) as numeric(38, 2)) as {{ name }}_amount,
    {%- endfor %}
    is_partial_week
from deal_weeks
group by week_start, segment, region, acquisition_channel, pipeline, is_renewal, is_partial_week
