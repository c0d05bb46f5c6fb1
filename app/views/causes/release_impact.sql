-- each release: the four weeks from its day on against the four before, per active account
with

picked as (

    select
        version,
        released_date,
        is_complete,
        sum(active_accounts_before) as accounts_before,
        sum(active_accounts_after) as accounts_after,
        sum(technical_tickets_before) as technical_before,
        sum(technical_tickets_after) as technical_after,
        sum(tickets_before) as tickets_before,
        sum(tickets_after) as tickets_after,
        sum(errors_before) as errors_before,
        sum(errors_after) as errors_after,
        sum(events_before) as events_before,
        sum(events_after) as events_after
    from marts.release_impact
    where case
            when cast(%(segment)s as text[]) is null then segment = 'All'
            else segment = any(%(segment)s)
        end
    group by 1, 2, 3

)

select
    picked.*,
    case when is_complete then technical_after / nullif(accounts_after, 0) / nullif(technical_before / nullif(accounts_before, 0), 0) - 1 end as technical_change,
    case when is_complete then tickets_after / nullif(accounts_after, 0) / nullif(tickets_before / nullif(accounts_before, 0), 0) - 1 end as tickets_change,
    case when is_complete then errors_after / nullif(accounts_after, 0) / nullif(errors_before / nullif(accounts_before, 0), 0) - 1 end as errors_change,
    case when is_complete then events_after / nullif(accounts_after, 0) / nullif(events_before / nullif(accounts_before, 0), 0) - 1 end as usage_change
from picked
order by released_date
