-- Defends attribution per conversion: its touches share exactly one credit under every model, none of it negative.
select
    conversion_id,
    attribution_model,
    sum(credit) as credit
from {{ ref('attribution') }}
group by 1, 2
having abs(sum(credit) - 1) > 0.000001
    or min(credit) < 0
    or count(*) <> max(touch_count)
