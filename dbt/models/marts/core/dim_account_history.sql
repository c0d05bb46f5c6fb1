{{ config(tags=['dimension'], indexes=[{'columns': ['account_id', 'valid_from'], 'unique': true}]) }}

with

versions as (

    select * from {{ ref('account_history') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

),

reps as (

    select * from {{ ref('dim_sales_rep') }}

),

lasting as (

    -- two loads of one as-of date: the later one corrects the earlier, whose version then has no length
    select
        versions.account_id,
        versions.segment,
        versions.owner_id,
        versions.dbt_valid_from as observed_at,
        versions.dbt_valid_to as valid_to,
        row_number() over (partition by versions.account_id order by versions.dbt_valid_from) as version_number
    from versions
    where versions.dbt_valid_to is null
        or versions.dbt_valid_from < versions.dbt_valid_to

)

select
    {{ row_key(['lasting.account_id', 'lasting.version_number']) }} as account_version_id,
    lasting.account_id,
    lasting.segment,
    accounts.region,
    accounts.acquisition_channel,
    lasting.owner_id,
    reps.rep_name as owner_name,
    cast(lasting.version_number as integer) as version_number,
    lasting.valid_to is null as is_current,
    -- before the first load nothing else is known
    case when lasting.version_number = 1 then cast('1900-01-01' as timestamp) else lasting.observed_at end as valid_from,
    coalesce(lasting.valid_to, cast('9999-01-01' as timestamp)) as valid_to
from lasting
inner join accounts on lasting.account_id = accounts.account_id
left join reps on lasting.owner_id = reps.rep_id
