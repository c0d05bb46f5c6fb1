with

source as (

    select * from {{ source('product', 'releases') }}

),

renamed as (

    select
        version,
        {{ local_column('released_at') }},
        release_notes
    from source

)

select * from renamed
