-- open deals on the as-of date
select account_id, deal_id, deal_name, segment, region, acquisition_channel, owner_name, pipeline, stage, amount, win_probability, crm_probability, weighted_amount,
    age_days, days_in_current_stage, expected_close_date, is_stale, is_overdue
from marts.fct_deals
where is_open
    and /* pipelines */ true
    and /* selection */ true
order by weighted_amount desc nulls last
