-- payments known on the as-of date: what each collected, failed to collect or gave back, and whether it recovered a failure
with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select
        payments.*,
        max(case when payments.status = 'failed' then 1 else 0 end) over (
            partition by payments.invoice_id
            order by payments.attempted_at, {{ arrival('payments.payment_id') }}
            rows between unbounded preceding and 1 preceding
        ) as failed_before
    from payments
    cross join as_of
    where payments.attempted_at < as_of.as_of_at

)

select
    payment_id,
    invoice_id,
    attempt_number,
    payment_method,
    status,
    failure_reason,
    amount,
    cast(case when status = 'succeeded' then amount else 0 end as numeric(38, 2)) as collected_amount,
    cast(case when status = 'failed' then amount else 0 end as numeric(38, 2)) as failed_amount,
    cast(case when status = 'refunded' then -amount else 0 end as numeric(38, 2)) as refunded_amount,
    {{ as_count("status <> 'refunded'") }} as attempts,
    {{ as_count("status = 'failed'") }} as failed_attempts,
    status <> 'refunded' and attempt_number > 1 as is_retry,
    status = 'succeeded' and coalesce(failed_before, 0) = 1 as is_recovery,
    attempted_at
from known
