-- calls, mails, meetings, notes and tasks within the months, the newest first
select activities.occurred_at, activities.activity_type, activities.outcome, activities.activity_state, reps.rep_name, activities.contact_initials, activities.duration_minutes
from marts.fct_activities as activities
left join marts.dim_sales_rep as reps on activities.owner_id = reps.rep_id
where activities.account_id = %(account)s
    and activities.activity_month between %(since)s and %(end)s
order by activities.occurred_at desc
