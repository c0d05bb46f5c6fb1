-- trials that ended within the range
select
    trials.account_id,
    accounts.account_name,
    trials.segment,
    trials.region,
    trials.acquisition_channel,
    trials.trial_started_at,
    trials.trial_ended_at,
    trials.converted_at,
    cast(extract(epoch from trials.converted_at - trials.trial_started_at) / 86400.0 as double precision) as days_to_paid,
    trials.is_mature,
    trials.is_converted,
    accounts.is_activated,
    accounts.is_active_customer,
    cast(accounts.current_mrr as double precision) as mrr_now
from marts.fct_trials as trials
inner join marts.dim_account as accounts on trials.account_id = accounts.account_id
where trials.trial_end_month between %(start)s and %(end)s
    and /* selection of trials */ true
order by trials.trial_ended_at desc
