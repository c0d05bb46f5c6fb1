-- account × month end since its first login: the last login known by then
with

events as (

    select * from {{ ref('stg_product__events') }}

),

months as (

    select * from {{ ref('int_months') }}

),

monthly_logins as (

    select
        events.account_id,
        {{ month_of('events.occurred_at') }} as login_month,
        max(events.occurred_at) as last_login_at
    from events
    where events.event_type = 'login'
    group by 1, 2

)

select
    monthly_logins.account_id,
    months.month_start as snapshot_month,
    max(monthly_logins.last_login_at) as last_login_at
from months
inner join monthly_logins
    on months.month_start >= monthly_logins.login_month
        and months.ends_at > monthly_logins.last_login_at
where not months.is_opening
group by monthly_logins.account_id, months.month_start
