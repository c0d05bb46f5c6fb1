-- the columns of int_churn_features from a folder of CSV files, up to until_at(): another hand at the same table, for judging without a warehouse and for tests. Times are UTC, amounts in one currency
create table begun as
select date_trunc('day', min(period_start)) as at from (
    select min(cast(occurred_at as timestamp)) as period_start from 'product/events.csv'
);

create table ends as
select cast(m as date) as snapshot_month, least(m + interval 1 month, until_at()) as at
from begun, range(date_trunc('month', begun.at), until_at(), interval 1 month) as months (m);

create table states as
select
    subs.account_id,
    case when subs.cancelled_at < until_at() then subs.cancelled_at end as cancelled_at,
    greatest(changes.effective_at, case when changes.effective_at < subs.trial_ended_at then subs.trial_ended_at else changes.effective_at end) as paid_from,
    least(
        coalesce(lead(changes.effective_at) over (partition by changes.subscription_id order by changes.effective_at, changes.change_id), timestamp '2200-01-01'),
        coalesce(case when subs.ended_at < until_at() then subs.ended_at end, timestamp '2200-01-01')
    ) as paid_to,
    terms.months as term_months,
    round(changes.quantity * changes.unit_price * (100 - changes.discount_pct) / 100 / terms.months, 2) as mrr,
    products.category
from 'billing/subscription_changes.csv' as changes
inner join 'billing/subscriptions.csv' as subs using (subscription_id)
inner join 'billing/products.csv' as products on changes.product_id = products.product_id
inner join (values ('monthly', 1), ('quarterly', 3), ('annual', 12)) as terms (billing_interval, months)
    on changes.billing_interval = terms.billing_interval
where changes.effective_at < until_at();

delete from states where paid_from >= paid_to or paid_from >= until_at() or mrr <= 0 or category not in ('plan', 'add-on');

create table gaps as
select *, max(paid_to) over (partition by account_id order by paid_from rows between unbounded preceding and 1 preceding) < paid_from as is_new
from states;

create table episodes as
select account_id, min(paid_from) as started_at, max(paid_to) as ended_at
from (select *, count(*) filter (is_new) over (partition by account_id order by paid_from rows unbounded preceding) as number from gaps)
group by account_id, number;

create table paying as
select
    states.account_id,
    ends.snapshot_month,
    ends.at,
    sum(states.mrr) as mrr,
    max(states.term_months) as term_months,
    bool_and(coalesce(states.cancelled_at < ends.at, false)) as is_leaving
from states
inner join ends on states.paid_from < ends.at and states.paid_to >= ends.at
group by all;

create table user_days as
select distinct user_id, account_id, cast(occurred_at as date) as day
from 'product/events.csv'
where occurred_at < until_at();

create table usage as
select
    account_id,
    snapshot_month,
    count(*) filter (now > 0) as active_users,
    sum(now) as user_days,
    arg_max(now, (before, now)) as champion_now,
    max(before) as champion_before
from (
    select
        user_days.account_id,
        ends.snapshot_month,
        user_days.user_id,
        count(*) filter (day >= cast(ends.at as date) - 28) as now,
        count(*) filter (day < cast(ends.at as date) - 28) as before
    from user_days
    inner join ends on day < cast(ends.at as date) and day >= cast(ends.at as date) - 90
    group by all
)
group by all;

create table logins as
select paying.account_id, paying.snapshot_month, max(events.occurred_at) as last_at
from paying
inner join (
    select account_id, date_trunc('month', occurred_at) as month, max(occurred_at) as occurred_at
    from 'product/events.csv'
    where event_type = 'login' and occurred_at < until_at()
    group by all
) as events on paying.account_id = events.account_id and events.occurred_at < paying.at
group by all;

create table users as
select paying.account_id, paying.snapshot_month, count(*) as users, min(users.created_at) as first_at
from paying
inner join 'product/users.csv' as users on paying.account_id = users.account_id and users.created_at < paying.at
group by all;

create table tickets as
select paying.account_id, paying.snapshot_month, count(*) as tickets
from paying
inner join 'support/tickets.csv' as tickets
    on paying.account_id = tickets.account_id and tickets.created_at < paying.at and tickets.created_at >= paying.at - interval 90 day
group by all;

create table troubles as
select paying.account_id, paying.snapshot_month, sum(failed) as failed, sum(overdue) as overdue
from paying
inner join (
    select invoices.account_id, payments.attempted_at as at, cast(null as timestamp) as paid_at, 1 as failed, 0 as overdue
    from 'billing/payments.csv' as payments
    inner join 'billing/invoices.csv' as invoices using (invoice_id)
    where payments.status = 'failed'
    union all
    select account_id, cast(due_date as timestamp), paid_at, 0, 1
    from 'billing/invoices.csv'
    where status <> 'void'
) as found
    on paying.account_id = found.account_id
        and found.at < paying.at
        and found.at >= paying.at - interval 90 day
        and (failed = 1 or found.paid_at is null or found.paid_at >= paying.at)
group by all;

create table known as
select
    paying.*,
    accounts.segment,
    accounts.region,
    begun.at <= paying.at - interval 90 day as is_quarter_known,
    users.users,
    coalesce(usage.active_users, 0) as active_users,
    coalesce(usage.user_days, 0) as user_days,
    coalesce(usage.champion_now, 0) as champion_now,
    coalesce(usage.champion_before, 0) as champion_before,
    epoch(paying.at - coalesce(logins.last_at, greatest(users.first_at, begun.at))) / 86400.0 as days_silent,
    case when begun.at <= paying.at - interval 90 day then coalesce(tickets.tickets, 0) / sqrt(greatest(coalesce(users.users, 0), 1)) end as support_load,
    coalesce(troubles.failed, 0) as failed,
    coalesce(troubles.overdue, 0) as overdue,
    earlier.mrr as mrr_before,
    epoch(paying.at - firsts.at) / 86400.0 as age,
    case when paying.at + interval 90 day <= until_at() then episodes.ended_at < paying.at + interval 90 day end as has_churned_90d
from paying
cross join begun
inner join 'crm/accounts.csv' as accounts on paying.account_id = accounts.account_id
inner join (select account_id, min(paid_from) as at from states group by all) as firsts on paying.account_id = firsts.account_id
inner join episodes on paying.account_id = episodes.account_id and episodes.started_at < paying.at and episodes.ended_at >= paying.at
left join users on paying.account_id = users.account_id and paying.snapshot_month = users.snapshot_month
left join usage on paying.account_id = usage.account_id and paying.snapshot_month = usage.snapshot_month
left join logins on paying.account_id = logins.account_id and paying.snapshot_month = logins.snapshot_month
left join tickets on paying.account_id = tickets.account_id and paying.snapshot_month = tickets.snapshot_month
left join troubles on paying.account_id = troubles.account_id and paying.snapshot_month = troubles.snapshot_month
left join (
    select paid.account_id, months.snapshot_month, sum(paid.mrr) as mrr
    from ends as months
    cross join begun
    inner join states as paid
        on paid.paid_from < greatest(begun.at, months.snapshot_month - interval 2 month)
            and paid.paid_to >= greatest(begun.at, months.snapshot_month - interval 2 month)
    group by all
) as earlier on paying.account_id = earlier.account_id and paying.snapshot_month = earlier.snapshot_month;

select
    account_id,
    snapshot_month,
    cast(known.at - interval 1 day as date) as snapshot_date,
    is_leaving,
    segment,
    region,
    cast(mrr as double) as mrr,
    ln(user_days / users + 0.5) as use_level,
    avg(ln(user_days / users + 0.5)) over (partition by account_id order by snapshot_month rows 2 preceding) as use_level_quarter,
    case when users > 0 then ln((user_days + 2) / (avg(case when users > 0 then user_days end) over earlier + 2)) end as use_change,
    case when users > 0 then ln((active_users + 1) / (avg(case when users > 0 then active_users end) over earlier + 1)) end as active_users_change,
    case when users > 0 and is_quarter_known and champion_before > 0 then ln((champion_now + 1) / (champion_before * 28 / 62.0 + 1)) end as champion_change,
    case when users > 0 then ln(1 + greatest(0, days_silent)) end as login_silence,
    support_load,
    avg(support_load) over so_far as support_load_usual,
    case when is_quarter_known then least(failed, 4) end as failed_payments,
    case when is_quarter_known then least(overdue, 3) end as overdue_invoices,
    case when mrr_before > 0 then greatest(-1, least(1, ln(mrr / mrr_before))) end as mrr_change,
    ln(mrr) as mrr_level,
    ln(term_months) as term_level,
    ln(1 + age) as age_level,
    has_churned_90d
from known
window
    so_far as (partition by account_id order by snapshot_month rows unbounded preceding),
    earlier as (partition by account_id order by snapshot_month rows between unbounded preceding and 1 preceding)
order by account_id, snapshot_month
