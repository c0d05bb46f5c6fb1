{{ config(tags=['dimension'], indexes=[{'columns': ['account_id']}]) }}

with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('dim_account') }}

)

select
    contacts.contact_id,
    contacts.account_id,
    accounts.segment,
    accounts.region,
    accounts.acquisition_channel,
    {{ mask('contacts.email') }} as person_key,
    {{ initials('contacts.first_name', 'contacts.last_name') }} as person_initials,
    contacts.job_title,
    {{ seniority_level('contacts.job_title') }} as seniority,
    {{ seniority_level('contacts.job_title') }} in ('C-Level', 'VP', 'Director') as is_decision_maker,
    contacts.is_primary,
    contacts.created_at
from contacts
inner join accounts on contacts.account_id = accounts.account_id
