-- Defends the stage history as a dimension of type 2: a deal has one current stay, and each stay ends where the next begins (the last one perhaps at the close).
with

stays as (

    select
        deal_id,
        stage_history_id,
        stay_number,
        valid_to,
        is_current,
        lead(valid_from) over (partition by deal_id order by stay_number) as next_from,
        sum(case when is_current then 1 else 0 end) over (partition by deal_id) as current_stays
    from {{ ref('fct_deal_stage_history') }}

)

select stays.*
from stays
where (not stays.is_current and stays.valid_to is distinct from stays.next_from)
    or stays.current_stays <> 1
    or stays.is_current <> (stays.next_from is null)
