-- user or account × scope (everything, its segment, region or channel): days to activation, or observed without it
with

users as (

    select * from {{ ref('int_user_activations') }}

),

activated_accounts as (

    select * from {{ ref('int_account_activations') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

loaded_sources as (

    select * from {{ ref('int_loaded_sources') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

loaded as (

    select {{ has_rows('product.events.activation') }} as has_activations
    from loaded_sources

),

both_levels as (

    select 'users' as level, account_id, created_at, activated_at from users
    union all
    select 'accounts' as level, account_id, created_at, activated_at from activated_accounts

),

timed as (

    select
        both_levels.level,
        accounts.segment,
        accounts.region,
        accounts.acquisition_channel,
        {{ days_between('both_levels.created_at', 'coalesce(both_levels.activated_at, as_of.as_of_at)') }} as duration_days,
        {{ as_count('both_levels.activated_at is not null') }} as activated
    from both_levels
    inner join accounts on both_levels.account_id = accounts.account_id
    cross join as_of
    -- where no activation is recorded nobody waits for one
    inner join loaded on loaded.has_activations

)

select level, 'total' as dimension, 'All' as dimension_value, duration_days, activated from timed
{%- for dimension in shared_dimensions() %}
    union all
    select level, '{{ dimension }}' as dimension, {{ dimension }} as dimension_value, duration_days, activated from timed
{%- endfor %}
