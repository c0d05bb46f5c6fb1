-- Defends the funnel: every deal with a history stands in it once per stage, and weights never exceed the amount.
select deal_id
from {{ ref('fct_pipeline') }}
group by deal_id, pipeline, stage
having count(*) > 1
union all
select deal_id
from {{ ref('fct_deals') }}
where weighted_amount > open_amount
    or crm_weighted_amount > open_amount
