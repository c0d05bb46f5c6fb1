-- user or account × scope (everything, its segment, region or channel): days to activation, or observed without it
with

users as (

    select * from {{ ref('fct_activation') }}

),

activated_accounts as (

    select * from {{ ref('fct_activation_accounts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

both_levels as (

    select 'users' as level, segment, region, acquisition_channel, created_at, activated_at from users
    union all
    select 'accounts' as level, segment, region, acquisition_channel, created_at, activated_at from activated_accounts

),

timed as (

    select
        both_levels.*,
        {{ days_between('both_levels.created_at', 'coalesce(both_levels.activated_at, as_of.as_of_at)') }} as duration_days,
        {{ as_count('both_levels.activated_at is not null') }} as activated
    from both_levels
    cross join as_of

)

select level, 'total' as dimension, 'All' as dimension_value, duration_days, activated from timed
union all
select level, 'segment' as dimension, segment as dimension_value, duration_days, activated from timed
union all
select level, 'region' as dimension, region as dimension_value, duration_days, activated from timed
union all
select level, 'acquisition_channel' as dimension, acquisition_channel as dimension_value, duration_days, activated from timed
