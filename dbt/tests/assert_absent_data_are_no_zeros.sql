-- Defends honesty: what rests on a table without rows is empty, neither a zero nor a flag.
with

loaded as (

    select
        {{ has_rows('product.events.login') }} and {{ has_rows('product.users') }} as has_logins,
        {{ has_rows('support.tickets') }} as has_tickets,
        {{ has_rows('billing.invoices') }} as has_invoices
    from {{ ref('int_loaded_sources') }}

)

select
    risks.account_id,
    risks.flags_in_words
from {{ ref('churn_risk') }} as risks
inner join {{ ref('customer_360') }} as accounts on risks.account_id = accounts.account_id
cross join loaded
where (not loaded.has_logins and (risks.has_no_login_30d is not null or accounts.days_since_login is not null))
    or (not loaded.has_tickets and (risks.has_escalations is not null or accounts.open_tickets is not null or accounts.support_score is not null))
    or (not loaded.has_invoices and (risks.has_payment_trouble is not null or accounts.lifetime_revenue is not null))
    or (accounts.user_count = 0 and (risks.has_no_login_30d is not null or accounts.usage_score is not null))
    or (risks.risk_score is null) <> (risks.rests_on is null)
